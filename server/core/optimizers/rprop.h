#pragma once

#include "server/core/optimizers/first_order.h"

namespace thalweg {

/// Rprop: a step length of each coordinate's own, which grows while the sign of its gradient stays
/// and shrinks when it changes; the gradient's size does not matter. Riedmiller & Braun (1993),
/// as torch.optim.Rprop writes it (Rprop- of Igel & Huesken (2000), but a coordinate rests for the
/// step after its sign has changed). The learning rate is the first step length; where it is a
/// schedule, all step lengths follow it in proportion.
class Rprop final : public FirstOrder {
 public:
  struct Options : FirstOrderOptions {
    double shrink = 0.5;
    double grow = 1.2;
    double least_step = 1e-6;
    double most_step = 50;
  };
  static OptionTable<Options> Table();
  static absl::Status Check(const Options& options);

  explicit Rprop(const Options& options)
      : FirstOrder(options, WeightDecay::kL2), options_(options) {}

  void Remember(State& state) override;

 private:
  void Move(double rate, const Vector& gradient, Vector& x) override;

  const Options options_;
  double first_rate_ = 0;  // of the first step
  Vector step_;            // n; the step lengths; empty until the first step
  Vector previous_;        // n; the gradient before, 0 where it was passed over
};

OptimizerEntry RpropEntry();

}  // namespace thalweg
