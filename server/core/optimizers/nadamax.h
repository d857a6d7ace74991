#pragma once

#include "server/core/optimizers/bias_correction.h"
#include "server/core/optimizers/first_order.h"
#include "server/core/optimizers/warming_momentum.h"

namespace thalweg {

/// NadaMax: AdaMax with Nesterov's look-ahead and NAdam's warming momentum. Dozat (2015), as
/// ensmallen writes it.
class NadaMax final : public FirstOrder {
 public:
  struct Options : FirstOrderOptions {
    Options() { learning_rate = 0.002; }
    double beta1 = 0.9;
    double beta2 = 0.999;
    double epsilon = 1e-8;
    double momentum_decay = 0.004;
  };
  static OptionTable<Options> Table();

  explicit NadaMax(const Options& options)
      : FirstOrder(options, WeightDecay::kL2),
        options_(options),
        momentum_(options.beta1, options.momentum_decay) {}

  void Remember(State& state) override;

 private:
  void Move(double rate, const Vector& gradient, Vector& x) override;

  const Options options_;
  WarmingMomentum momentum_;
  Vector m_, u_;  // both n; empty until the first step
};

OptimizerEntry NadaMaxEntry();

}  // namespace thalweg
