#pragma once

#include "server/core/vector.h"

namespace thalweg {

/// Sizes of a vector; both NaN where a coordinate is NaN, infinite where one is infinite.
struct Norms {
  double two = 0;  ///< Euclidean.
  double max = 0;  ///< Largest absolute coordinate.
};

/// One pass over `v` in eight lanes of fixed order, so that the bits do not depend on the width of
/// the machine's registers. Where squares leave the range of a double, a second pass scales them.
Norms NormsOf(const Vector& v);

/// ||a - b||_2, with the same care.
double Distance(const Vector& a, const Vector& b);

}  // namespace thalweg
