#include "server/core/optimizers/nesterov.h"

#include "server/core/entry_of.h"
#include "server/core/optimizers/in_blocks.h"

namespace thalweg {

OptionTable<Nesterov::Options> Nesterov::Table() {
  return Joined<Options>(
      {{"momentum", &Options::momentum, kUnitHalfOpen, "part of v that a step keeps"}},
      FirstOrderTable());
}

void Nesterov::Move(double rate, const Vector& gradient, Vector& x) {
  ZeroAtFirst(gradient.size(), v_);
  const double mu = options_.momentum;
  InBlocks(
      [=](ConstBlock g, Block x_block, Block v) {
        v = mu * v + g;
        x_block -= rate * (g + mu * v);
      },
      gradient, x, v_);
}

// On a quadratic of curvature L the step's polynomial is z^2 - (1 + mu)(1 - r*L)z + mu(1 - r*L);
// its root z = -1 marks r*L = (2 + 2mu) / (1 + 2mu).
double Nesterov::LargestStableRate(double curvature) const {
  const double mu = options_.momentum;
  return (2 + 2 * mu) / ((1 + 2 * mu) * WithDecay(curvature));
}

OptimizerEntry NesterovEntry() {
  return EntryOf<Optimizer, Nesterov>(
      {.name = "nesterov",
       .title = "Nesterov's accelerated gradient",
       .summary = "Momentum that looks ahead: it corrects its course before overshooting.",
       .formula = "v = momentum*v + g; x -= learning_rate*(g + momentum*v)",
       .source = "Nesterov (1983); Sutskever et al. (2013)",
       .advice = "In place of momentum where the gradient is exact: it brakes before it "
                 "overshoots. Its largest stable rate is smaller than momentum's.",
       .example = "thalweg minimize --function rosenbrock --optimizer nesterov --set "
                  "learning_rate=0.0005"});
}

}  // namespace thalweg
