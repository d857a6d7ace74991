#pragma once

#include "server/core/optimizers/first_order.h"

namespace thalweg {

/// Lion: steps of one length in every coordinate, along the sign of a mean of gradients m. Chen et
/// al. (2023), Symbolic discovery of optimization algorithms, arXiv:2302.06675, Alg. 2. Weight
/// decay is decoupled.
class Lion final : public FirstOrder {
 public:
  struct Options : FirstOrderOptions {
    Options() { learning_rate = 1e-4; }
    double beta1 = 0.9;
    double beta2 = 0.99;
  };
  static OptionTable<Options> Table();

  explicit Lion(const Options& options)
      : FirstOrder(options, WeightDecay::kDecoupled), options_(options) {}

  void Remember(State& state) override { state.Keep("m", m_); }

 private:
  void Move(double rate, const Vector& gradient, Vector& x) override;

  const Options options_;
  Vector m_;  // n; empty until the first step
};

OptimizerEntry LionEntry();

}  // namespace thalweg
