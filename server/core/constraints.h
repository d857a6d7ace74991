#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "server/core/objective.h"
#include "server/core/vector.h"

namespace thalweg {

/// How far a constraint may be missed and still count as held, in its own unit.
inline constexpr double kFeasibilityTolerance = 1e-8;

/// One formula that must stay between two bounds: a number, or several numbers with the same
/// bounds.
struct ConstraintBlock {
  std::string name;  ///< For messages.
  double lower = 0;  ///< -inf for none.
  double upper = 0;  ///< inf for none; equal to `lower` for an equality.
  /// The number is its value; where `several` is set, the numbers are its residuals.
  std::unique_ptr<Objective> function;
  bool several = false;

  Index rows() const { return several ? function->residual_count() : 1; }
};

/// m functions c(x) that must lie within lower <= c(x) <= upper. As an Objective, an instance
/// belongs to one thread at a time; values that are not finite are passed on.
class Constraints {
 public:
  Constraints() = default;
  explicit Constraints(std::vector<ConstraintBlock> blocks,
                       double tolerance = kFeasibilityTolerance);

  Index size() const { return lower_.size(); }  ///< m
  bool any() const { return size() > 0; }
  const Vector& lower() const { return lower_; }  ///< m
  const Vector& upper() const { return upper_; }  ///< m
  double tolerance() const { return tolerance_; }
  /// "x0**2 <= 1", or "flow[3]" for the fourth number of a block.
  std::string NameOf(Index row) const;

  absl::Status Values(const Vector& x, Vector& values);
  /// Column j of `gradients` (n x m) is the gradient of c_j: the Jacobian, transposed.
  absl::Status ValuesAndGradients(const Vector& x, Vector& values, Matrix& gradients);

  /// By how much row `j` is missed: below its lower bound (negative), above its upper one
  /// (positive), or not (0); NaN for NaN.
  double Miss(const Vector& values, Index j) const;
  /// The greatest miss; 0 where all hold, NaN where a value is NaN.
  double Violation(const Vector& values) const;

  /// Which constraint is not finite at x, and why; empty where all are.
  std::string ExplainNonFinite(const Vector& x);

 private:
  std::vector<ConstraintBlock> blocks_;
  std::vector<Index> first_;  // row of each block
  Vector lower_, upper_;      // m
  double tolerance_ = kFeasibilityTolerance;
  Matrix jacobian_;  // of a block of several, rows x n; scratch
  Vector scratch_;
};

}  // namespace thalweg
