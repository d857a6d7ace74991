#pragma once

#include "server/core/optimizers/bias_correction.h"
#include "server/core/optimizers/first_order.h"

namespace thalweg {

/// QHAdam: Adam whose step mixes the gradient itself into its running means: nu1 and nu2 are the
/// parts that the means have. Ma & Yarats (2019), arXiv:1810.06801, section 4. nu1 = nu2 = 1 is
/// Adam.
class QhAdam final : public FirstOrder {
 public:
  struct Options : FirstOrderOptions {
    Options() { learning_rate = 0.001; }
    double nu1 = 0.7;
    double nu2 = 1;
    double beta1 = 0.9;
    double beta2 = 0.999;
    double epsilon = 1e-8;
  };
  static OptionTable<Options> Table();

  explicit QhAdam(const Options& options)
      : FirstOrder(options, WeightDecay::kL2), options_(options) {}

  void Remember(State& state) override;

 private:
  void Move(double rate, const Vector& gradient, Vector& x) override;

  const Options options_;
  BiasCorrection first_, second_;
  Vector m_, v_;  // both n; empty until the first step
};

OptimizerEntry QhAdamEntry();

}  // namespace thalweg
