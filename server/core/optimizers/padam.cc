#include "server/core/optimizers/padam.h"

#include <cmath>

#include "server/core/deterministic_math.h"
#include "server/core/entry_of.h"
#include "server/core/optimizers/in_blocks.h"

namespace thalweg {

OptionTable<Padam::Options> Padam::Table() {
  return Joined<Options>(
      {
          {"beta1", &Options::beta1, kUnitHalfOpen, "decay of m, the mean gradient"},
          {"beta2", &Options::beta2, kUnitHalfOpen, "decay of v, the mean squared gradient"},
          {"epsilon", &Options::epsilon, kPositive, "added to the largest v: no zero below"},
          {"partial",
           &Options::partial,
           {0, 0.5, false, false},
           "power of v in the denominator: 0 is momentum, 0.5 is AMSGrad"},
      },
      FirstOrderTable());
}

void Padam::Move(double rate, const Vector& gradient, Vector& x) {
  ZeroAtFirst(gradient.size(), m_);
  ZeroAtFirst(gradient.size(), v_);
  ZeroAtFirst(gradient.size(), v_most_);
  const double beta1 = options_.beta1;
  const double beta2 = options_.beta2;
  const double epsilon = options_.epsilon;
  const double partial = options_.partial;
  const double step = rate * std::sqrt(second_.Next(beta2)) / first_.Next(beta1);
  const auto power = [partial](double base) { return Power(base, partial); };
  InBlocks(
      [=](ConstBlock g, Block x_block, Block m, Block v, Block v_most) {
        m = beta1 * m + (1 - beta1) * g;
        v = beta2 * v + (1 - beta2) * g.square();
        v_most = v_most.max(v);
        x_block -= step * m / (v_most + epsilon).unaryExpr(power);
      },
      gradient, x, m_, v_, v_most_);
}

void Padam::Remember(State& state) {
  first_.Remember(state, "beta1^t");
  second_.Remember(state, "beta2^t");
  state.Keep("m", m_);
  state.Keep("v", v_);
  state.Keep("v_most", v_most_);
}

OptimizerEntry PadamEntry() {
  return EntryOf<Optimizer, Padam>(
      {.name = "padam",
       .title = "Padam (partially adaptive)",
       .summary = "Between AMSGrad and momentum: the denominator's power is a setting.",
       .formula = "w = max(w, v); x -= learning_rate*sqrt(1-beta2^t)/(1-beta1^t)*m"
                  "/(w + epsilon)^partial",
       .source = "Chen, Zhou, Tang, Yang, Cao & Gu (2018), arXiv:1806.06763",
       .advice = "Where AMSGrad is fast but ends worse than momentum. Steps scale with the "
                 "gradient's size again, so that the rate has to fit the objective.",
       .example = "thalweg minimize --function booth --optimizer padam "
                  "--set learning_rate=0.05"});
}

}  // namespace thalweg
