#pragma once

#include "server/core/optimizers/first_order.h"

namespace thalweg {

/// Yogi: Adam whose v moves towards g^2 by a bounded amount, so that it forgets large gradients
/// slowly. Zaheer et al. (2018), Adaptive methods for nonconvex optimization, Alg. 2, which has no
/// bias corrections.
class Yogi final : public FirstOrder {
 public:
  struct Options : FirstOrderOptions {
    double beta1 = 0.9;
    double beta2 = 0.999;
    double epsilon = 1e-3;
    double initial_accumulator = 1e-6;
  };
  static OptionTable<Options> Table();

  explicit Yogi(const Options& options)
      : FirstOrder(options, WeightDecay::kL2), options_(options) {}

  void Remember(State& state) override;

 private:
  void Move(double rate, const Vector& gradient, Vector& x) override;

  const Options options_;
  Vector m_, v_;  // both n; empty until the first step
};

OptimizerEntry YogiEntry();

}  // namespace thalweg
