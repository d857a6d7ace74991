#pragma once

#include "server/core/optimizers/bias_correction.h"
#include "server/core/optimizers/first_order.h"

namespace thalweg {

/// AdaMax: Adam with a decaying maximum u of |g| in place of the root of v. Kingma & Ba (2015),
/// arXiv:1412.6980, Alg. 2, which has no epsilon: without one, 0/0 where a gradient is always zero.
class Adamax final : public FirstOrder {
 public:
  struct Options : FirstOrderOptions {
    Options() { learning_rate = 0.002; }
    double beta1 = 0.9;
    double beta2 = 0.999;
    double epsilon = 1e-8;
    std::string epsilon_placement = "outside";
  };
  static OptionTable<Options> Table();

  explicit Adamax(const Options& options)
      : FirstOrder(options, WeightDecay::kL2),
        options_(options),
        epsilon_inside_(options.epsilon_placement == "inside") {}

  void Remember(State& state) override;

 private:
  void Move(double rate, const Vector& gradient, Vector& x) override;

  const Options options_;
  const bool epsilon_inside_;
  BiasCorrection first_;
  Vector m_, u_;  // both n; empty until the first step
};

OptimizerEntry AdamaxEntry();

}  // namespace thalweg
