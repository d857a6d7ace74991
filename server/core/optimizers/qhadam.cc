#include "server/core/optimizers/qhadam.h"

#include "server/core/entry_of.h"
#include "server/core/optimizers/in_blocks.h"

namespace thalweg {

OptionTable<QhAdam::Options> QhAdam::Table() {
  return Joined<Options>(
      {
          {"nu1", &Options::nu1, kUnit, "part of the mean gradient m in a step; g has the rest"},
          {"nu2", &Options::nu2, kUnit, "part of v in the denominator; g^2 has the rest"},
          {"beta1", &Options::beta1, kUnitHalfOpen, "decay of m, the mean gradient"},
          {"beta2", &Options::beta2, kUnitHalfOpen, "decay of v, the mean squared gradient"},
          {"epsilon", &Options::epsilon, kPositive, "keeps the denominator from zero"},
      },
      FirstOrderTable());
}

void QhAdam::Move(double rate, const Vector& gradient, Vector& x) {
  ZeroAtFirst(gradient.size(), m_);
  ZeroAtFirst(gradient.size(), v_);
  const double beta1 = options_.beta1;
  const double beta2 = options_.beta2;
  const double epsilon = options_.epsilon;
  const double of_m = options_.nu1 / first_.Next(beta1);
  const double of_g = 1 - options_.nu1;
  const double of_v = options_.nu2 / second_.Next(beta2);
  const double of_square = 1 - options_.nu2;
  InBlocks(
      [=](ConstBlock g, Block x_block, Block m, Block v) {
        m = beta1 * m + (1 - beta1) * g;
        v = beta2 * v + (1 - beta2) * g.square();
        x_block -=
            rate * (of_g * g + of_m * m) / ((of_square * g.square() + of_v * v).sqrt() + epsilon);
      },
      gradient, x, m_, v_);
}

void QhAdam::Remember(State& state) {
  first_.Remember(state, "beta1^t");
  second_.Remember(state, "beta2^t");
  state.Keep("m", m_);
  state.Keep("v", v_);
}

OptimizerEntry QhAdamEntry() {
  return EntryOf<Optimizer, QhAdam>(
      {.name = "qhadam",
       .title = "QHAdam (quasi-hyperbolic Adam)",
       .summary = "Adam with some of the latest gradient mixed into its running means.",
       .formula = "x -= learning_rate*((1-nu1)*g + nu1*m/(1-beta1^t))"
                  "/(sqrt((1-nu2)*g^2 + nu2*v/(1-beta2^t)) + epsilon)",
       .source = "Ma & Yarats (2019), arXiv:1810.06801",
       .advice = "Where Adam needs a beta1 close to 1 but then reacts too late: nu1 = 0.7 with "
                 "beta1 = 0.995 is the authors' advice. nu1 = nu2 = 1 is Adam, nu1 = 0 RMSProp.",
       .example = "thalweg minimize --function beale --optimizer qhadam "
                  "--set learning_rate=0.05"});
}

}  // namespace thalweg
