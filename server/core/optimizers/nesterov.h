#pragma once

#include "server/core/optimizers/first_order.h"

namespace thalweg {

/// Nesterov's accelerated gradient in the form of Sutskever et al. (2013), section 2.1, rewritten
/// as torch does so that only x needs a gradient: v = mu*v + g; x -= rate*(g + mu*v). Under a
/// constant rate these are the look-ahead points of the original.
class Nesterov final : public FirstOrder {
 public:
  struct Options : FirstOrderOptions {
    double momentum = 0.9;
  };
  static OptionTable<Options> Table();

  explicit Nesterov(const Options& options)
      : FirstOrder(options, WeightDecay::kL2), options_(options) {}

  void Remember(State& state) override { state.Keep("v", v_); }
  double LargestStableRate(double curvature) const override;

 private:
  void Move(double rate, const Vector& gradient, Vector& x) override;

  const Options options_;
  Vector v_;  // n; empty until the first step
};

OptimizerEntry NesterovEntry();

}  // namespace thalweg
