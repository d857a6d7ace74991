#pragma once

#include "server/core/optimizers/bias_correction.h"
#include "server/core/optimizers/first_order.h"

namespace thalweg {

/// Optimistic Adam: twice Adam's step, less the step before: a guess that the gradient to come is
/// like this one. Daskalakis et al. (2018), arXiv:1711.00141, Alg. 1.
class OptimisticAdam final : public FirstOrder {
 public:
  struct Options : FirstOrderOptions {
    Options() { learning_rate = 0.001; }
    double beta1 = 0.9;
    double beta2 = 0.999;
    double epsilon = 1e-8;
  };
  static OptionTable<Options> Table();

  explicit OptimisticAdam(const Options& options)
      : FirstOrder(options, WeightDecay::kL2), options_(options) {}

  void Remember(State& state) override;

 private:
  void Move(double rate, const Vector& gradient, Vector& x) override;

  const Options options_;
  BiasCorrection first_, second_;
  Vector m_, v_;     // both n; empty until the first step
  Vector previous_;  // n; Adam's direction of the step before, 0 at first
};

OptimizerEntry OptimisticAdamEntry();

}  // namespace thalweg
