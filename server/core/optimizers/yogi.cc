#include "server/core/optimizers/yogi.h"

#include "server/core/entry_of.h"
#include "server/core/optimizers/in_blocks.h"

namespace thalweg {

OptionTable<Yogi::Options> Yogi::Table() {
  return Joined<Options>(
      {
          {"beta1", &Options::beta1, kUnitHalfOpen, "decay of m, the mean gradient"},
          {"beta2", &Options::beta2, kUnitHalfOpen, "1 - beta2 is the part of g^2 v moves by"},
          {"epsilon", &Options::epsilon, kPositive, "keeps the denominator from zero"},
          {"initial_accumulator", &Options::initial_accumulator, kNonNegative, "v at first"},
      },
      FirstOrderTable());
}

void Yogi::Move(double rate, const Vector& gradient, Vector& x) {
  ZeroAtFirst(gradient.size(), m_);
  if (ZeroAtFirst(gradient.size(), v_)) v_.setConstant(options_.initial_accumulator);
  const double beta1 = options_.beta1;
  const double beta2 = options_.beta2;
  const double epsilon = options_.epsilon;
  InBlocks(
      [=](ConstBlock g, Block x_block, Block m, Block v) {
        m = beta1 * m + (1 - beta1) * g;
        v -= (1 - beta2) * (v - g.square()).sign() * g.square();
        x_block -= rate * m / (v.sqrt() + epsilon);
      },
      gradient, x, m_, v_);
}

void Yogi::Remember(State& state) {
  state.Keep("m", m_);
  state.Keep("v", v_);
}

OptimizerEntry YogiEntry() {
  return EntryOf<Optimizer, Yogi>(
      {.name = "yogi",
       .title = "Yogi",
       .summary = "Adam with a denominator that grows and shrinks in small steps only.",
       .formula = "m = beta1*m + (1-beta1)*g; v -= (1-beta2)*sign(v - g^2)*g^2; "
                  "x -= learning_rate*m/(sqrt(v) + epsilon)",
       .source = "Zaheer, Reddi, Sachan, Kale & Kumar (2018), Adaptive methods for nonconvex "
                 "optimization",
       .advice = "Where Adam diverges or jumps because rare large gradients are forgotten too "
                 "soon. It starts faster than Adam at the same rate, as it corrects no bias.",
       .example = "thalweg minimize --function beale --optimizer yogi --set learning_rate=0.05"});
}

}  // namespace thalweg
