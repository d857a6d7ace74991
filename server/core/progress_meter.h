#pragma once

#include "server/core/iterate.h"
#include "server/core/norms.h"
#include "server/core/problem.h"
#include "server/core/state.h"
#include "server/core/stopping_rule.h"

namespace thalweg {

/// What makes an iterate better than another.
enum class BestBy {
  kValue,
  kTraining,    ///< training_value; iterates without it are no candidates.
  kValidation,  ///< validation_value; likewise.
};

/// What stopping rules look at, kept up to date from iterate to iterate: norms, best, the value
/// before. A descent has one; so has each descent within a descent.
class ProgressMeter {
 public:
  ProgressMeter() = default;
  ProgressMeter(BestBy best_by, bool batched) : best_by_(best_by), batched_(batched) {}

  /// At the first iterate, which has been evaluated.
  void Begin(const Problem& problem, Iterate& at);
  /// At the iterate that a step has led to from one of value `previous_value`.
  void Look(const Problem& problem, double previous_value, Iterate& at);

  /// Valid until the next Look.
  Progress ProgressAt(const Problem& problem, const Iterate& at, double elapsed_seconds) const;

  double start_value() const { return start_value_; }
  double previous_value() const { return previous_value_; }
  double gradient_norm() const { return norms_.two; }
  double gradient_max() const { return norms_.max; }
  const Best& best() const { return best_; }
  double best_gradient_norm() const { return best_gradient_norm_; }  ///< 2-norm, at the best.

  void Remember(State& state);

 private:
  void Measure(const Problem& problem, Iterate& at);  // norms, flags, best

  double Merit(const Problem& problem, const Iterate& at) const;

  BestBy best_by_ = BestBy::kValue;
  bool batched_ = false;
  double start_value_ = 0;
  double previous_value_ = 0;  // of the iterate before; the start's own at the start
  Norms norms_;                // of the gradient, or of P(x - gradient) - x
  Best best_;
  double best_gradient_norm_ = 0;
  bool has_best_ = false;
  Vector projected_;  // scratch
};

}  // namespace thalweg
