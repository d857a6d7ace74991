#pragma once

#include <limits>

#include "server/core/optimizer.h"
#include "server/core/option_table.h"

namespace thalweg {

/// What every method has that moves by a rate and one gradient.
struct FirstOrderOptions {
  Schedule learning_rate = 0.01;
  double clip_value = std::numeric_limits<double>::infinity();
  double clip_norm = std::numeric_limits<double>::infinity();
  double weight_decay = 0;
};

/// How weight decay enters a step. The names are those of Loshchilov & Hutter (2019).
enum class WeightDecay {
  kL2,         ///< Added to the gradient: that of f + weight_decay / 2 * ||x||^2.
  kDecoupled,  ///< x *= 1 - rate * weight_decay, beside the method's own step.
};

OptionTable<FirstOrderOptions> FirstOrderTable(WeightDecay decay = WeightDecay::kL2);

/// A method of one gradient per step. What they share is done here, in this order:
/// clip_value, then clip_norm, on the gradient as evaluated; weight decay; the method's own Move;
/// projection onto the bounds; evaluation at the new x.
class FirstOrder : public Optimizer {
 public:
  Capabilities capabilities() const override {
    return {.bounds = true, .rate = true, .batches = true};
  }
  absl::Status Step(Problem& problem, Iterate& at) final;

 protected:
  FirstOrder(const FirstOrderOptions& options, WeightDecay decay)
      : shared_(options), decay_(decay) {}

  /// Moves x by one step of size `rate` (> 0) that `gradient` calls for. Both have size n.
  virtual void Move(double rate, const Vector& gradient, Vector& x) = 0;

  /// The greatest curvature a method meets where the objective's is `curvature`: L2 decay adds.
  double WithDecay(double curvature) const {
    return decay_ == WeightDecay::kL2 ? curvature + shared_.weight_decay : curvature;
  }

 private:
  void Clip(Iterate& at) const;
  void Decay(double rate, Iterate& at) const;

  const FirstOrderOptions shared_;
  const WeightDecay decay_;
};

}  // namespace thalweg
