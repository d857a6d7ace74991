#include "server/core/optimizers/optimistic_adam.h"

#include <cmath>

#include "server/core/entry_of.h"
#include "server/core/optimizers/in_blocks.h"

namespace thalweg {

OptionTable<OptimisticAdam::Options> OptimisticAdam::Table() {
  return Joined<Options>(
      {
          {"beta1", &Options::beta1, kUnitHalfOpen, "decay of m, the mean gradient"},
          {"beta2", &Options::beta2, kUnitHalfOpen, "decay of v, the mean squared gradient"},
          {"epsilon", &Options::epsilon, kPositive, "keeps the denominator from zero"},
      },
      FirstOrderTable());
}

void OptimisticAdam::Move(double rate, const Vector& gradient, Vector& x) {
  ZeroAtFirst(gradient.size(), m_);
  ZeroAtFirst(gradient.size(), v_);
  ZeroAtFirst(gradient.size(), previous_);
  const double beta1 = options_.beta1;
  const double beta2 = options_.beta2;
  const double epsilon = options_.epsilon;
  const double first = first_.Next(beta1);
  const double root = std::sqrt(second_.Next(beta2));
  InBlocks(
      [=](ConstBlock g, Block x_block, Block m, Block v, Block previous) {
        m = beta1 * m + (1 - beta1) * g;
        v = beta2 * v + (1 - beta2) * g.square();
        x_block += rate * previous;
        previous = m / first / (v.sqrt() / root + epsilon);
        x_block -= 2 * rate * previous;
      },
      gradient, x, m_, v_, previous_);
}

void OptimisticAdam::Remember(State& state) {
  first_.Remember(state, "beta1^t");
  second_.Remember(state, "beta2^t");
  state.Keep("m", m_);
  state.Keep("v", v_);
  state.Keep("previous", previous_);
}

OptimizerEntry OptimisticAdamEntry() {
  return EntryOf<Optimizer, OptimisticAdam>(
      {.name = "optimistic_adam",
       .title = "Optimistic Adam",
       .summary = "Twice Adam's step less the step before, which damps circling.",
       .formula = "w = m/(1-beta1^t)/(sqrt(v/(1-beta2^t)) + epsilon); "
                  "x -= 2*learning_rate*w - learning_rate*w'; w' = w",
       .source = "Daskalakis, Ilyas, Syrgkanis & Zeng (2018), arXiv:1711.00141",
       .advice = "Made for games and saddles, where plain steps circle around the solution. On a "
                 "plain minimum it is Adam with less overshoot, and no faster.",
       .example = "thalweg minimize --function booth --optimizer optimistic_adam "
                  "--set learning_rate=0.05"});
}

}  // namespace thalweg
