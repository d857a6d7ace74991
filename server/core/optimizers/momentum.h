#pragma once

#include "server/core/optimizers/first_order.h"

namespace thalweg {

/// The heavy ball: steps along a decaying sum v of gradients. Polyak (1964), as torch.optim.SGD
/// writes it: v = g at first, then v = mu*v + (1 - dampening)*g; x -= rate*v.
/// Under a changing rate this differs from v = mu*v - rate*g; x += v (Polyak's own and
/// ensmallen's): here a new rate acts on past gradients too, there it leaves them as they were.
class Momentum final : public FirstOrder {
 public:
  struct Options : FirstOrderOptions {
    double momentum = 0.9;
    double dampening = 0;
  };
  static OptionTable<Options> Table();

  explicit Momentum(const Options& options)
      : FirstOrder(options, WeightDecay::kL2), options_(options) {}

  void Remember(State& state) override { state.Keep("v", v_); }
  double LargestStableRate(double curvature) const override;

 private:
  void Move(double rate, const Vector& gradient, Vector& x) override;

  const Options options_;
  Vector v_;  // n; empty until the first step
};

OptimizerEntry MomentumEntry();

}  // namespace thalweg
