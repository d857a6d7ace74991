#include "server/core/optimizers/adabound.h"

#include <cmath>

#include "server/core/entry_of.h"
#include "server/core/optimizers/in_blocks.h"

namespace thalweg {

OptionTable<AdaBound::Options> AdaBound::Table() {
  return Joined<Options>(
      {
          {"beta1", &Options::beta1, kUnitHalfOpen, "decay of m, the mean gradient"},
          {"beta2", &Options::beta2, kUnitHalfOpen, "decay of v, the mean squared gradient"},
          {"epsilon", &Options::epsilon, kPositive, "keeps the denominator from zero"},
          {"final_rate", &Options::final_rate, kPositive,
           "rate that every coordinate has in the end; follows the learning rate's schedule"},
          {"gamma", &Options::gamma, kPositive, "speed at which the bounds close in"},
          {"amsbound", &Options::amsbound, {}, "divide by the largest v so far"},
      },
      FirstOrderTable());
}

void AdaBound::Move(double rate, const Vector& gradient, Vector& x) {
  ZeroAtFirst(gradient.size(), m_);
  ZeroAtFirst(gradient.size(), v_);
  if (options_.amsbound) ZeroAtFirst(gradient.size(), v_most_);
  if (t_ == 0) first_rate_ = rate;
  const auto t = static_cast<double>(++t_);

  const double beta1 = options_.beta1;
  const double beta2 = options_.beta2;
  const double epsilon = options_.epsilon;
  const double first = first_.Next(beta1);
  const double step = rate * std::sqrt(second_.Next(beta2)) / first;
  const double final_rate = options_.final_rate * (rate / first_rate_);
  const double lowest = final_rate * (1 - 1 / (options_.gamma * t + 1));
  const double highest = final_rate * (1 + 1 / (options_.gamma * t));

  const auto update_moments = [=](ConstBlock g, Block m, Block v) {
    m = beta1 * m + (1 - beta1) * g;
    v = beta2 * v + (1 - beta2) * g.square();
  };
  if (options_.amsbound) {
    InBlocks(
        [=](ConstBlock g, Block x_block, Block m, Block v, Block v_most) {
          update_moments(g, m, v);
          v_most = v_most.max(v);
          x_block -= (step / (v_most.sqrt() + epsilon)).max(lowest).min(highest) * m;
        },
        gradient, x, m_, v_, v_most_);
  } else {
    InBlocks(
        [=](ConstBlock g, Block x_block, Block m, Block v) {
          update_moments(g, m, v);
          x_block -= (step / (v.sqrt() + epsilon)).max(lowest).min(highest) * m;
        },
        gradient, x, m_, v_);
  }
}

void AdaBound::Remember(State& state) {
  state.Keep("t", t_);
  state.Keep("first_rate", first_rate_);
  first_.Remember(state, "beta1^t");
  second_.Remember(state, "beta2^t");
  state.Keep("m", m_);
  state.Keep("v", v_);
  if (options_.amsbound) state.Keep("v_most", v_most_);
}

OptimizerEntry AdaBoundEntry() {
  return EntryOf<Optimizer, AdaBound>(
      {.name = "adabound",
       .title = "AdaBound",
       .summary = "Adam at first that turns into gradient descent with momentum.",
       .formula =
           "l = final_rate*(1 - 1/(gamma*t + 1)), u = final_rate*(1 + 1/(gamma*t)); "
           "x -= clip(learning_rate*sqrt(1-beta2^t)/(1-beta1^t)/(sqrt(v) + epsilon), l, u)*m",
       .source = "Luo, Xiong, Liu & Sun (2019), arXiv:1902.09843",
       .advice = "For training where Adam is fast but gradient descent ends better. final_rate "
                 "must be a stable rate for gradient descent: on steep objectives the default 0.1 "
                 "diverges once the bounds are close.",
       .example = "thalweg minimize --function booth --optimizer adabound "
                  "--set learning_rate=0.05 --set final_rate=0.05"});
}

}  // namespace thalweg
