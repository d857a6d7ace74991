#pragma once

#include "server/core/optimizers/bias_correction.h"
#include "server/core/optimizers/first_order.h"

namespace thalweg {

/// Adam: steps scaled per coordinate by running moments m and v of the gradient. Kingma & Ba
/// (2015), arXiv:1412.6980, Alg. 1. AMSGrad divides by the largest v so far: Reddi, Kale & Kumar
/// (2018), with Adam's bias corrections as PyTorch and ensmallen keep them (the paper has none).
class Adam : public FirstOrder {
 public:
  struct Options : FirstOrderOptions {
    Options() { learning_rate = 0.001; }
    double beta1 = 0.9;
    double beta2 = 0.999;
    double epsilon = 1e-8;
    std::string epsilon_placement = "corrected";
    bool amsgrad = false;
  };
  static OptionTable<Options> Table();

  explicit Adam(const Options& options) : Adam(options, WeightDecay::kL2) {}

  void Remember(State& state) override;

 protected:
  Adam(const Options& options, WeightDecay decay)
      : FirstOrder(options, decay),
        options_(options),
        epsilon_corrected_(options.epsilon_placement == "corrected") {}

 private:
  void Move(double rate, const Vector& gradient, Vector& x) override;

  const Options options_;
  const bool epsilon_corrected_;
  BiasCorrection first_, second_;
  Vector m_, v_;   // both n; empty until the first step
  Vector v_most_;  // n with amsgrad: the largest v so far
};

/// AdamW: Adam with decoupled weight decay. Loshchilov & Hutter (2019), arXiv:1711.05101, Alg. 2,
/// where the decay is scaled by the rate as PyTorch does.
class AdamW final : public Adam {
 public:
  struct Options : Adam::Options {
    Options() { weight_decay = 0.01; }
  };
  static OptionTable<Options> Table();
  explicit AdamW(const Options& options) : Adam(options, WeightDecay::kDecoupled) {}
};

/// AMSGrad: Adam with `amsgrad` set.
class AmsGrad final : public Adam {
 public:
  struct Options : Adam::Options {
    Options() { amsgrad = true; }
  };
  static OptionTable<Options> Table();
  explicit AmsGrad(const Options& options) : Adam(options) {}
};

OptimizerEntry AdamEntry();
OptimizerEntry AdamWEntry();
OptimizerEntry AmsGradEntry();

}  // namespace thalweg
