#pragma once

#include "server/core/optimizers/first_order.h"

namespace thalweg {

/// Gradient descent: x -= rate * g. Cauchy (1847).
class GradientDescent final : public FirstOrder {
 public:
  struct Options : FirstOrderOptions {};
  static OptionTable<Options> Table() { return Joined<Options>({}, FirstOrderTable()); }

  explicit GradientDescent(const Options& options) : FirstOrder(options, WeightDecay::kL2) {}

  void Remember(State& /*state*/) override {}
  double LargestStableRate(double curvature) const override { return 2 / WithDecay(curvature); }

 private:
  void Move(double rate, const Vector& gradient, Vector& x) override { x -= rate * gradient; }
};

OptimizerEntry GradientDescentEntry();

}  // namespace thalweg
