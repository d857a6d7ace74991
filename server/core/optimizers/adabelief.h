#pragma once

#include "server/core/optimizers/bias_correction.h"
#include "server/core/optimizers/first_order.h"

namespace thalweg {

/// AdaBelief: Adam that divides by how far gradients stray from their mean m (s), not by how large
/// they are: long steps where the gradient is as expected. Zhuang et al. (2020), arXiv:2010.07468,
/// Alg. 2, which adds epsilon to s at each step too.
class AdaBelief final : public FirstOrder {
 public:
  struct Options : FirstOrderOptions {
    Options() { learning_rate = 0.001; }
    double beta1 = 0.9;
    double beta2 = 0.999;
    double epsilon = 1e-8;
  };
  static OptionTable<Options> Table();

  explicit AdaBelief(const Options& options)
      : FirstOrder(options, WeightDecay::kL2), options_(options) {}

  void Remember(State& state) override;

 private:
  void Move(double rate, const Vector& gradient, Vector& x) override;

  const Options options_;
  BiasCorrection first_, second_;
  Vector m_, s_;  // both n; empty until the first step
};

OptimizerEntry AdaBeliefEntry();

}  // namespace thalweg
