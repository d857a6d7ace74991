#pragma once

#include "server/core/optimizers/first_order.h"

namespace thalweg {

/// AdaGrad: each coordinate's rate falls with the gradients it has seen. Duchi, Hazan & Singer
/// (2011), the diagonal form. s is their G_t.
class Adagrad final : public FirstOrder {
 public:
  struct Options : FirstOrderOptions {
    double initial_accumulator = 0;
    double epsilon = 1e-10;
    std::string epsilon_placement = "outside";
  };
  static OptionTable<Options> Table();

  explicit Adagrad(const Options& options)
      : FirstOrder(options, WeightDecay::kL2),
        options_(options),
        epsilon_inside_(options.epsilon_placement == "inside") {}

  void Remember(State& state) override { state.Keep("s", s_); }

 private:
  void Move(double rate, const Vector& gradient, Vector& x) override;

  const Options options_;
  const bool epsilon_inside_;
  Vector s_;  // n, sum of squared gradients; empty until the first step
};

OptimizerEntry AdagradEntry();

}  // namespace thalweg
