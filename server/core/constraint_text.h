#pragma once

#include <limits>
#include <string>

#include "absl/status/statusor.h"
#include "server/core/expression/limits.h"

namespace thalweg {

/// A constraint as the objective language can compile it: lower <= formula <= upper.
struct ConstraintText {
  /// Of one number; where `each` is set, of a sum of squares whose terms' roots are the numbers.
  std::string formula;
  /// The same as a sum of squares of the elements of a vector; empty where `each` is set.
  std::string squares;
  bool each = false;      ///< Written with `for`: one number for every turn.
  bool compared = false;  ///< Whether the text had a comparison, from which the bounds are.
  double lower = -std::numeric_limits<double>::infinity();
  double upper = std::numeric_limits<double>::infinity();
};

/// Reads "x**2 + y <= 1", "x == y", "0 <= x[i+1] - x[i] <= 2 for i in range(n-1)" or a plain
/// formula. Comparisons inside brackets are the formula's own. `<` counts as `<=`. Refuses what is
/// no constraint, without a field.
absl::StatusOr<ConstraintText> ReadConstraint(const std::string& text,
                                              const expression::Limits& limits);

}  // namespace thalweg
