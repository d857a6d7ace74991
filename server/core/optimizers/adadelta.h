#pragma once

#include "server/core/optimizers/first_order.h"

namespace thalweg {

/// ADADELTA: steps in units of x, from running means s of squared gradients and u of squared
/// steps. Zeiler (2012), arXiv:1212.5701, Alg. 1. The paper has no rate: learning_rate is 1.
class Adadelta final : public FirstOrder {
 public:
  struct Options : FirstOrderOptions {
    Options() { learning_rate = 1; }
    double rho = 0.95;
    double epsilon = 1e-6;
    std::string denominator = "current";
  };
  static OptionTable<Options> Table();

  explicit Adadelta(const Options& options)
      : FirstOrder(options, WeightDecay::kL2),
        options_(options),
        previous_denominator_(options.denominator == "previous") {}

  void Remember(State& state) override {
    state.Keep("s", s_);
    state.Keep("u", u_);
  }

 private:
  void Move(double rate, const Vector& gradient, Vector& x) override;

  const Options options_;
  const bool previous_denominator_;
  Vector s_, u_;  // both n; empty until the first step
  Vector step_;   // n; scratch
};

OptimizerEntry AdadeltaEntry();

}  // namespace thalweg
