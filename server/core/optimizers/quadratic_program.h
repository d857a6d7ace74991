#pragma once

#include "server/core/vector.h"

namespace thalweg {

/// min 1/2 d'Gd + a'd subject to lower <= N'd <= upper and box_lower <= d <= box_upper. Bounds may
/// be infinite; equal ones make an equality.
struct QuadraticProgram {
  Matrix hessian;               ///< G, n x n, positive definite.
  Vector slope;                 ///< a, n.
  Matrix normals;               ///< N, n x m: each column is a constraint.
  Vector lower, upper;          ///< m
  Vector box_lower, box_upper;  ///< n, or empty for no box.
};

struct QuadraticSolution {
  enum class Outcome {
    kSolved,
    kInfeasible,  ///< No d satisfies all constraints.
    kFailed,      ///< G is not positive definite, or rounding got the better of the method.
  };
  Outcome outcome = Outcome::kFailed;
  Vector d;  ///< n
  /// Gd + a = N * multipliers + box_multipliers; positive at a lower bound, negative at an upper.
  Vector multipliers;      ///< m
  Vector box_multipliers;  ///< n

  bool ok() const { return outcome == Outcome::kSolved; }
};

/// The dual active-set method of Goldfarb & Idnani (1983): from the unconstrained minimum, violated
/// constraints are made active one at a time, and dropped when their multiplier would change sign.
/// Costs O(n^3) at first and O(n^2) for each change of the active set.
QuadraticSolution Solve(const QuadraticProgram& program);

}  // namespace thalweg
