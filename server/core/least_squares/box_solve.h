#pragma once

#include <vector>

#include "server/core/vector.h"

namespace thalweg {

/// Minimises ||A q - b||^2 over low <= q <= high, where low <= 0 <= high; both empty: everywhere.
/// By active sets: each step is a QR of the free columns (Stark & Parker (1995)), and of many
/// solutions the shortest. Comes down from q = 0 and ends at the minimiser; after 10 + 3n changes
/// of the set, which it hardly ever needs, wherever it has come down to.
struct BoxSolution {
  Vector q;                 ///< n
  std::vector<Index> free;  ///< Coordinates that are on no wall.
};
BoxSolution BoxSolve(const Matrix& a, const Vector& b, const Vector& low, const Vector& high);

}  // namespace thalweg
