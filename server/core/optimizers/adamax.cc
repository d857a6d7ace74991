#include "server/core/optimizers/adamax.h"

#include "server/core/entry_of.h"
#include "server/core/optimizers/in_blocks.h"

namespace thalweg {

OptionTable<Adamax::Options> Adamax::Table() {
  return Joined<Options>(
      {
          {"beta1", &Options::beta1, kUnitHalfOpen, "decay of m, the mean gradient"},
          {"beta2", &Options::beta2, kUnitHalfOpen, "decay of u, the largest absolute gradient"},
          {"epsilon", &Options::epsilon, kPositive, "keeps the denominator from zero"},
          {"epsilon_placement",
           &Options::epsilon_placement,
           {},
           "outside: u + epsilon, as ensmallen; inside: |g| + epsilon in the maximum, as PyTorch",
           {"outside", "inside"}},
      },
      FirstOrderTable());
}

void Adamax::Move(double rate, const Vector& gradient, Vector& x) {
  ZeroAtFirst(gradient.size(), m_);
  ZeroAtFirst(gradient.size(), u_);
  const double beta1 = options_.beta1;
  const double beta2 = options_.beta2;
  const double step = rate / first_.Next(beta1);
  const double inside = epsilon_inside_ ? options_.epsilon : 0;
  const double outside = epsilon_inside_ ? 0 : options_.epsilon;
  InBlocks(
      [=](ConstBlock g, Block x_block, Block m, Block u) {
        m = beta1 * m + (1 - beta1) * g;
        u = (beta2 * u).max(g.abs() + inside);
        x_block -= step * m / (u + outside);
      },
      gradient, x, m_, u_);
}

void Adamax::Remember(State& state) {
  first_.Remember(state, "beta1^t");
  state.Keep("m", m_);
  state.Keep("u", u_);
}

OptimizerEntry AdamaxEntry() {
  return EntryOf<Optimizer, Adamax>(
      {.name = "adamax",
       .title = "AdaMax",
       .summary = "Adam scaled by the largest recent gradient instead of the root mean square.",
       .formula = "m = beta1*m + (1-beta1)*g; u = max(beta2*u, |g|); "
                  "x -= learning_rate/(1-beta1^t)*m/(u + epsilon)",
       .source = "Kingma & Ba (2015), arXiv:1412.6980, Alg. 2",
       .advice = "Adam for gradients with rare large entries (sparse features): those "
                 "set the scale and fade slowly. Elsewhere Adam is as good.",
       .example = "thalweg minimize --function beale --optimizer adamax --set "
                  "learning_rate=0.05"});
}

}  // namespace thalweg
