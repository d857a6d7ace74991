#pragma once

#include "server/core/optimizers/bias_correction.h"
#include "server/core/optimizers/first_order.h"

namespace thalweg {

/// RAdam: Adam that leaves out its denominator while that rests on too few gradients, and then
/// weighs the step by how sure the denominator is. Liu et al. (2020), arXiv:1908.03265, Alg. 2,
/// with PyTorch's epsilon (the paper has none).
class RAdam final : public FirstOrder {
 public:
  struct Options : FirstOrderOptions {
    Options() { learning_rate = 0.001; }
    double beta1 = 0.9;
    double beta2 = 0.999;
    double epsilon = 1e-8;
  };
  static OptionTable<Options> Table();

  explicit RAdam(const Options& options)
      : FirstOrder(options, WeightDecay::kL2), options_(options) {}

  void Remember(State& state) override;

 private:
  void Move(double rate, const Vector& gradient, Vector& x) override;

  const Options options_;
  int64_t t_ = 0;  // steps so far
  BiasCorrection first_, second_;
  Vector m_, v_;  // both n; empty until the first step
};

OptimizerEntry RAdamEntry();

}  // namespace thalweg
