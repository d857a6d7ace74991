#pragma once

#include "server/core/optimizers/bias_correction.h"
#include "server/core/optimizers/first_order.h"

namespace thalweg {

/// Padam: AMSGrad whose denominator has a power between 0 (momentum) and 1/2 (AMSGrad). Chen et al.
/// (2018), arXiv:1806.06763, Alg. 1, with Adam's bias corrections as ensmallen has them (the paper
/// has none).
class Padam final : public FirstOrder {
 public:
  struct Options : FirstOrderOptions {
    Options() { learning_rate = 0.001; }
    double beta1 = 0.9;
    double beta2 = 0.999;
    double epsilon = 1e-8;
    double partial = 0.25;
  };
  static OptionTable<Options> Table();

  explicit Padam(const Options& options)
      : FirstOrder(options, WeightDecay::kL2), options_(options) {}

  void Remember(State& state) override;

 private:
  void Move(double rate, const Vector& gradient, Vector& x) override;

  const Options options_;
  BiasCorrection first_, second_;
  Vector m_, v_;   // both n; empty until the first step
  Vector v_most_;  // n; the largest v so far
};

OptimizerEntry PadamEntry();

}  // namespace thalweg
