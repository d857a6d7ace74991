#include "server/core/optimizers/nadam.h"

#include <cmath>

#include "server/core/entry_of.h"
#include "server/core/optimizers/in_blocks.h"

namespace thalweg {

OptionTable<Nadam::Options> Nadam::Table() {
  return Joined<Options>(
      {
          {"beta1", &Options::beta1, kUnitHalfOpen, "decay of m, the mean gradient"},
          {"beta2", &Options::beta2, kUnitHalfOpen, "decay of v, the mean squared gradient"},
          {"epsilon", &Options::epsilon, kPositive, "keeps the denominator from zero"},
          {"momentum_decay", &Options::momentum_decay, kNonNegative,
           "speed at which the momentum rises from beta1/2 to beta1"},
          {"epsilon_placement",
           &Options::epsilon_placement,
           {},
           "corrected: added to the root of the bias-corrected v, as PyTorch; uncorrected: to the "
           "root of v itself, as ensmallen",
           {"corrected", "uncorrected"}},
      },
      FirstOrderTable());
}

Nadam::Nadam(const Options& options)
    : FirstOrder(options, WeightDecay::kL2),
      options_(options),
      epsilon_corrected_(options.epsilon_placement == "corrected"),
      momentum_(options.beta1, options.momentum_decay) {}

void Nadam::Move(double rate, const Vector& gradient, Vector& x) {
  ZeroAtFirst(gradient.size(), m_);
  ZeroAtFirst(gradient.size(), v_);

  const WarmingMomentum::Parts parts = momentum_.Next();
  const double root = std::sqrt(second_.Next(options_.beta2));
  const double divisor = epsilon_corrected_ ? root : 1;
  const double scale = epsilon_corrected_ ? rate : rate * root;
  const double of_gradient = scale * parts.of_gradient;
  const double of_mean = scale * parts.of_mean;

  const double beta1 = options_.beta1;
  const double beta2 = options_.beta2;
  const double epsilon = options_.epsilon;
  InBlocks(
      [=](ConstBlock g, Block x_block, Block m, Block v) {
        m = beta1 * m + (1 - beta1) * g;
        v = beta2 * v + (1 - beta2) * g.square();
        x_block -= (of_gradient * g + of_mean * m) / (v.sqrt() / divisor + epsilon);
      },
      gradient, x, m_, v_);
}

void Nadam::Remember(State& state) {
  momentum_.Remember(state);
  second_.Remember(state, "beta2^t");
  state.Keep("m", m_);
  state.Keep("v", v_);
}

OptimizerEntry NadamEntry() {
  return EntryOf<Optimizer, Nadam>(
      {.name = "nadam",
       .title = "NAdam",
       .summary = "Adam with Nesterov's look-ahead and a momentum that warms up.",
       .formula = "mu = beta1*(1 - 0.96^(t*momentum_decay)/2), P = product of mu; "
                  "x -= learning_rate*((1-mu)/(1-P)*g + mu'/(1-P*mu')*m)"
                  "/(sqrt(v/(1-beta2^t)) + epsilon)",
       .source = "Dozat (2016), Incorporating Nesterov momentum into Adam",
       .advice = "Adam that reacts a little sooner; a good default among its kind. Its "
                 "momentum warms up, so the first steps are more careful.",
       .example = "thalweg minimize --function beale --optimizer nadam --set "
                  "learning_rate=0.05"});
}

}  // namespace thalweg
