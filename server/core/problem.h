#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "server/core/bounds.h"
#include "server/core/constraints.h"
#include "server/core/iterate.h"
#include "server/core/objective.h"

namespace thalweg {

enum class Direction { kMinimize, kMaximize };

/// What an optimizer sees of its task: an objective to be made small, within bounds, evaluations
/// counted. Maximising f is minimising -f; the sign is changed here and nowhere else in the
/// mathematics. NaN and infinity are passed on; a status is for an evaluation that could not be
/// made, and ends the run.
class Problem {
 public:
  /// `objective` must outlive the problem.
  Problem(Objective& objective, Direction direction, Bounds bounds = {}, uint64_t seed = 0,
          std::shared_ptr<Constraints> constraints = nullptr)
      : objective_(objective),
        sign_(direction == Direction::kMinimize ? 1.0 : -1.0),
        bounds_(std::make_shared<const Bounds>(std::move(bounds))),
        seed_(seed),
        constraints_(constraints ? std::move(constraints) : std::make_shared<Constraints>()) {}

  /// The same problem with other random numbers, for a descent within a descent; its evaluations
  /// go on from here, and are to be handed back by set_evaluations.
  Problem WithSeed(uint64_t seed) const {
    Problem other = *this;
    other.seed_ = seed;
    return other;
  }

  Index size() const { return objective_.layout().size(); }
  Direction direction() const { return sign_ > 0 ? Direction::kMinimize : Direction::kMaximize; }
  Objective& objective() const { return objective_; }
  /// Every x that is evaluated lies in here, where the optimizer honours bounds.
  const Bounds& bounds() const { return *bounds_; }
  /// None where nothing but the bounds limits x.
  const Constraints& constraints() const { return *constraints_; }
  /// Of all randomness; see Random.
  uint64_t seed() const { return seed_; }

  /// The caller's value for a value of the problem, and back: times 1 or -1.
  double Signed(double value) const { return sign_ * value; }

  /// Value and gradient at `at.x`, into `at`.
  absl::Status Evaluate(Iterate& at) { return ValueAndGradient(at.x, at.value, at.gradient); }

  absl::Status Value(const Vector& x, double& value);
  absl::Status ValueAndGradient(const Vector& x, double& value, Vector& gradient);
  /// At every column of `points` (n x p), one evaluation each.
  absl::Status Values(const Matrix& points, Vector& values);
  /// The Hessian at x times v. Where the objective has no second derivatives, from a difference of
  /// two gradients, which are then what is counted.
  absl::Status HessianVector(const Vector& x, const Vector& v, Vector& product);

  /// m where what is minimised is the sum of squares of m residuals r(x); 0 where it is not.
  Index residual_count() const { return sign_ > 0 ? objective_.residual_count() : 0; }
  absl::Status Residuals(const Vector& x, Vector& residuals);
  absl::Status ResidualsAndJacobian(const Vector& x, Vector& residuals, Matrix& jacobian);

  /// c(x), m numbers.
  absl::Status ConstraintValues(const Vector& x, Vector& values);
  /// c(x) and its gradients, n x m.
  absl::Status ConstraintValuesAndGradients(const Vector& x, Vector& values, Matrix& gradients);
  /// By how much the constraints are missed at at.x, into `at`; nothing is evaluated without any.
  absl::Status MeasureViolation(Iterate& at);
  std::string ExplainNonFinite(const Vector& x);

  /// Counted since the run began; Descent hands them to the iterate.
  const Evaluations& evaluations() const { return evaluations_; }
  void set_evaluations(const Evaluations& evaluations) { evaluations_ = evaluations; }

 private:
  Objective& objective_;
  double sign_;
  std::shared_ptr<const Bounds> bounds_;
  uint64_t seed_;
  std::shared_ptr<Constraints> constraints_;
  Evaluations evaluations_;
};

}  // namespace thalweg
