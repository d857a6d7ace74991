#pragma once

#include "server/core/optimizers/first_order.h"

namespace thalweg {

/// RMSprop: gradients divided by the root of their running mean square s. Tieleman & Hinton
/// (2012), lecture 6e; centred as in Graves (2013), arXiv:1308.0850, eq. 38-40, and with momentum
/// as in PyTorch.
class RmsProp final : public FirstOrder {
 public:
  struct Options : FirstOrderOptions {
    double decay = 0.99;
    double epsilon = 1e-8;
    std::string epsilon_placement = "outside";
    bool centered = false;
    double momentum = 0;
  };
  static OptionTable<Options> Table();

  explicit RmsProp(const Options& options)
      : FirstOrder(options, WeightDecay::kL2),
        options_(options),
        epsilon_inside_(options.epsilon_placement == "inside") {}

  void Remember(State& state) override {
    state.Keep("s", s_);
    if (options_.centered) state.Keep("a", a_);
    if (options_.momentum > 0) state.Keep("b", b_);
  }

 private:
  void Move(double rate, const Vector& gradient, Vector& x) override;

  const Options options_;
  const bool epsilon_inside_;
  Vector s_;     // n, mean squared gradient; empty until the first step
  Vector a_;     // n when centered, mean gradient
  Vector b_;     // n with momentum, decaying sum of scaled gradients
  Vector step_;  // n; scratch
};

OptimizerEntry RmsPropEntry();

}  // namespace thalweg
