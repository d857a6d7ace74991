#pragma once

#include "server/core/optimizers/bias_correction.h"
#include "server/core/optimizers/first_order.h"
#include "server/core/optimizers/warming_momentum.h"

namespace thalweg {

/// NAdam: Adam with Nesterov's look-ahead, its momentum warming up as
/// mu_t = beta1*(1 - 0.96^(t*psi)/2). Dozat (2016), Alg. 2 and section 3; psi = momentum_decay.
/// PyTorch 1.13 multiplied one product of the mu_t by mu_t twice; later versions, and this, do not.
class Nadam final : public FirstOrder {
 public:
  struct Options : FirstOrderOptions {
    Options() { learning_rate = 0.002; }
    double beta1 = 0.9;
    double beta2 = 0.999;
    double epsilon = 1e-8;
    double momentum_decay = 0.004;
    std::string epsilon_placement = "corrected";
  };
  static OptionTable<Options> Table();

  explicit Nadam(const Options& options);

  void Remember(State& state) override;

 private:
  void Move(double rate, const Vector& gradient, Vector& x) override;

  const Options options_;
  const bool epsilon_corrected_;
  WarmingMomentum momentum_;
  BiasCorrection second_;
  Vector m_, v_;  // both n; empty until the first step
};

OptimizerEntry NadamEntry();

}  // namespace thalweg
