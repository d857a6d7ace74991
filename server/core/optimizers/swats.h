#pragma once

#include "server/core/optimizers/bias_correction.h"
#include "server/core/optimizers/first_order.h"

namespace thalweg {

/// SWATS: Adam that measures which rate of gradient descent would be like its own steps, and
/// switches to that (with momentum beta1) once the estimate has settled. Keskar & Socher (2017),
/// arXiv:1712.07628, Alg. 1, with Adam's epsilon beside the corrected root, as ensmallen.
class Swats final : public FirstOrder {
 public:
  struct Options : FirstOrderOptions {
    Options() { learning_rate = 0.001; }
    double beta1 = 0.9;
    double beta2 = 0.999;
    double epsilon = 1e-8;
    double switch_tolerance = 1e-8;
  };
  static OptionTable<Options> Table();

  explicit Swats(const Options& options)
      : FirstOrder(options, WeightDecay::kL2), options_(options) {}

  void Remember(State& state) override;

 private:
  void Move(double rate, const Vector& gradient, Vector& x) override;
  void MoveAsAdam(double rate, const Vector& gradient, Vector& x);
  void MaybeSwitch(double rate, const Vector& gradient, double correction);

  const Options options_;
  int64_t t_ = 0;              // Adam's steps so far
  double estimate_ = 0;        // running mean of the projected rates, biased to 0
  double descent_rate_ = 0;    // of gradient descent after the switch; 0 before
  double rate_at_switch_ = 0;  // the learning rate then: later ones scale descent_rate_
  BiasCorrection first_, second_;
  Vector m_;     // n; the mean gradient
  Vector v_;     // n; the mean squared gradient; after the switch the sum of gradients
  Vector step_;  // n; scratch: Adam's step
};

OptimizerEntry SwatsEntry();

}  // namespace thalweg
