#include "server/core/optimizers/momentum.h"

#include "server/core/entry_of.h"
#include "server/core/optimizers/in_blocks.h"

namespace thalweg {

OptionTable<Momentum::Options> Momentum::Table() {
  return Joined<Options>(
      {
          {"momentum", &Options::momentum, kUnitHalfOpen, "part of v that a step keeps"},
          {"dampening", &Options::dampening, kUnitHalfOpen,
           "part of the gradient that v is spared"},
      },
      FirstOrderTable());
}

void Momentum::Move(double rate, const Vector& gradient, Vector& x) {
  if (v_.size() != gradient.size()) {
    v_ = gradient;
    x -= rate * v_;
    return;
  }
  const double mu = options_.momentum;
  const double weight = 1 - options_.dampening;
  InBlocks(
      [=](ConstBlock g, Block x_block, Block v) {
        v = mu * v + weight * g;
        x_block -= rate * v;
      },
      gradient, x, v_);
}

// On a quadratic x'' of curvature L the step's polynomial is z^2 - (1 + mu - a*L)z + mu with
// a = (1 - dampening)*rate; its root z = -1 marks a*L = 2(1 + mu). Polyak (1964), section 3.
double Momentum::LargestStableRate(double curvature) const {
  return 2 * (1 + options_.momentum) / ((1 - options_.dampening) * WithDecay(curvature));
}

OptimizerEntry MomentumEntry() {
  return EntryOf<Optimizer, Momentum>(
      {.name = "momentum",
       .title = "Momentum (heavy ball)",
       .summary = "Steps along a decaying sum of gradients, which carries through narrow valleys.",
       .formula = "v = momentum*v + (1 - dampening)*g; x -= learning_rate*v",
       .source = "Polyak (1964); Sutskever et al. (2013)",
       .advice = "Gradient descent for narrow valleys and noisy gradients. About 1 / (1 "
                 "- momentum) times as fast at the same rate; a high momentum "
                 "overshoots and swings around the minimum.",
       .example = "thalweg minimize --function rosenbrock --optimizer momentum --set "
                  "learning_rate=0.0005"});
}

}  // namespace thalweg
