#include "server/core/optimizers/nadamax.h"

#include "server/core/entry_of.h"
#include "server/core/optimizers/in_blocks.h"

namespace thalweg {

OptionTable<NadaMax::Options> NadaMax::Table() {
  return Joined<Options>(
      {
          {"beta1", &Options::beta1, kUnitHalfOpen, "decay of m, the mean gradient"},
          {"beta2", &Options::beta2, kUnitHalfOpen, "decay of u, the largest absolute gradient"},
          {"epsilon", &Options::epsilon, kPositive, "keeps the denominator from zero"},
          {"momentum_decay", &Options::momentum_decay, kNonNegative,
           "speed at which the momentum rises from beta1/2 to beta1"},
      },
      FirstOrderTable());
}

void NadaMax::Move(double rate, const Vector& gradient, Vector& x) {
  ZeroAtFirst(gradient.size(), m_);
  ZeroAtFirst(gradient.size(), u_);
  const WarmingMomentum::Parts parts = momentum_.Next();
  const double of_gradient = rate * parts.of_gradient;
  const double of_mean = rate * parts.of_mean;
  const double beta1 = options_.beta1;
  const double beta2 = options_.beta2;
  const double epsilon = options_.epsilon;
  InBlocks(
      [=](ConstBlock g, Block x_block, Block m, Block u) {
        m = beta1 * m + (1 - beta1) * g;
        u = (beta2 * u).max(g.abs());
        x_block -= (of_gradient * g + of_mean * m) / (u + epsilon);
      },
      gradient, x, m_, u_);
}

void NadaMax::Remember(State& state) {
  momentum_.Remember(state);
  state.Keep("m", m_);
  state.Keep("u", u_);
}

OptimizerEntry NadaMaxEntry() {
  return EntryOf<Optimizer, NadaMax>(
      {.name = "nadamax",
       .title = "NadaMax",
       .summary = "AdaMax with Nesterov's look-ahead and a momentum that warms up.",
       .formula = "mu = beta1*(1 - 0.96^(t*momentum_decay)/2), P = product of mu; "
                  "u = max(beta2*u, |g|); "
                  "x -= learning_rate*((1-mu)/(1-P)*g + mu'/(1-P*mu')*m)/(u + epsilon)",
       .source = "Dozat (2015), Incorporating Nesterov momentum into Adam",
       .advice = "AdaMax that gets going sooner. Like AdaMax it suits sparse gradients with rare "
                 "large ones; like all of its kind it needs a falling rate to settle.",
       .example = "thalweg minimize --function beale --optimizer nadamax "
                  "--set learning_rate=0.05"});
}

}  // namespace thalweg
