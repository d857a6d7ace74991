#include "server/core/optimizers/adabelief.h"

#include <cmath>

#include "server/core/entry_of.h"
#include "server/core/optimizers/in_blocks.h"

namespace thalweg {

OptionTable<AdaBelief::Options> AdaBelief::Table() {
  return Joined<Options>(
      {
          {"beta1", &Options::beta1, kUnitHalfOpen, "decay of m, the mean gradient"},
          {"beta2", &Options::beta2, kUnitHalfOpen,
           "decay of s, the mean squared deviation of g from m"},
          {"epsilon", &Options::epsilon, kPositive,
           "added to s at each step, and to its root: keeps the denominator from zero"},
      },
      FirstOrderTable());
}

void AdaBelief::Move(double rate, const Vector& gradient, Vector& x) {
  ZeroAtFirst(gradient.size(), m_);
  ZeroAtFirst(gradient.size(), s_);
  const double beta1 = options_.beta1;
  const double beta2 = options_.beta2;
  const double epsilon = options_.epsilon;
  const double step = rate / first_.Next(beta1);
  const double root = std::sqrt(second_.Next(beta2));
  InBlocks(
      [=](ConstBlock g, Block x_block, Block m, Block s) {
        m = beta1 * m + (1 - beta1) * g;
        s = beta2 * s + (1 - beta2) * (g - m).square() + epsilon;
        x_block -= step * m / (s.sqrt() / root + epsilon);
      },
      gradient, x, m_, s_);
}

void AdaBelief::Remember(State& state) {
  first_.Remember(state, "beta1^t");
  second_.Remember(state, "beta2^t");
  state.Keep("m", m_);
  state.Keep("s", s_);
}

OptimizerEntry AdaBeliefEntry() {
  return EntryOf<Optimizer, AdaBelief>(
      {.name = "adabelief",
       .title = "AdaBelief",
       .summary = "Adam with long steps where gradients are as expected, short where they are not.",
       .formula = "m = beta1*m + (1-beta1)*g; s = beta2*s + (1-beta2)*(g - m)^2 + epsilon; "
                  "x -= learning_rate*m/(1-beta1^t)/(sqrt(s/(1-beta2^t)) + epsilon)",
       .source = "Zhuang et al. (2020), arXiv:2010.07468",
       .advice = "In place of Adam where the gradient keeps its direction for long: steps grow "
                 "beyond learning_rate there. Not for noise-free, steep problems without a falling "
                 "rate: the same growth overshoots. epsilon limits how long steps become.",
       .example = "thalweg minimize --function booth --optimizer adabelief "
                  "--set learning_rate=0.01"});
}

}  // namespace thalweg
