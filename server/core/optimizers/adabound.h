#pragma once

#include "server/core/optimizers/bias_correction.h"
#include "server/core/optimizers/first_order.h"

namespace thalweg {

/// AdaBound: Adam whose rate per coordinate is kept between two bounds that close in on final_rate:
/// Adam at first, gradient descent with momentum in the end. Luo et al. (2019), arXiv:1902.09843,
/// Alg. 2 with the bounds of section 4, as its authors' code has it: with Adam's bias corrections
/// and without the root of t. AMSBound (`amsbound`) divides by the largest v so far.
class AdaBound final : public FirstOrder {
 public:
  struct Options : FirstOrderOptions {
    Options() { learning_rate = 0.001; }
    double beta1 = 0.9;
    double beta2 = 0.999;
    double epsilon = 1e-8;
    double final_rate = 0.1;
    double gamma = 0.001;
    bool amsbound = false;
  };
  static OptionTable<Options> Table();

  explicit AdaBound(const Options& options)
      : FirstOrder(options, WeightDecay::kL2), options_(options) {}

  void Remember(State& state) override;

 private:
  void Move(double rate, const Vector& gradient, Vector& x) override;

  const Options options_;
  int64_t t_ = 0;          // steps so far
  double first_rate_ = 0;  // of the first step
  BiasCorrection first_, second_;
  Vector m_, v_;   // both n; empty until the first step
  Vector v_most_;  // n with amsbound: the largest v so far
};

OptimizerEntry AdaBoundEntry();

}  // namespace thalweg
