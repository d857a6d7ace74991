#pragma once

#include <cstdint>

#include "absl/status/status.h"
#include "server/core/iterate.h"
#include "server/core/objective.h"

namespace thalweg {

enum class Direction { kMinimize, kMaximize };

/// What an optimizer sees of its task: an objective to be made small, evaluations counted.
/// Maximising f is minimising -f; the sign is changed here and nowhere else in the mathematics.
class Problem {
 public:
  /// `objective` must outlive the problem.
  Problem(Objective& objective, Direction direction)
      : objective_(objective), sign_(direction == Direction::kMinimize ? 1.0 : -1.0) {}

  Index size() const { return objective_.layout().size(); }
  Direction direction() const { return sign_ > 0 ? Direction::kMinimize : Direction::kMaximize; }
  Objective& objective() { return objective_; }

  /// The caller's value for a value of the problem, and back: times 1 or -1.
  double Signed(double value) const { return sign_ * value; }

  /// Puts value and gradient at `at.x` into `at` and counts both. NaN and infinity are passed on.
  absl::Status Evaluate(Iterate& at) {
    ++at.evaluations.values;
    ++at.evaluations.gradients;
    absl::Status status = objective_.ValueAndGradient(at.x, at.value, at.gradient);
    if (sign_ < 0) {
      at.value = -at.value;
      at.gradient = -at.gradient;
    }
    return status;
  }

 private:
  Objective& objective_;
  double sign_;
};

}  // namespace thalweg
