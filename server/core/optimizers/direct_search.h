#pragma once

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "server/core/bounds.h"
#include "server/core/iterate.h"

namespace thalweg {

// What methods share that compare values and ask for no gradients.

/// A value to be compared: what is not finite is worse than everything.
inline double Comparable(double value) {
  return std::isfinite(value) ? value : std::numeric_limits<double>::infinity();
}

/// Moves `at` to `x` where its value is lower; says so in the flags where it is not.
inline void MoveIfLower(const Vector& x, double value, Iterate& at) {
  if (value < at.value) {
    at.x = x;
    at.value = value;
  } else {
    at.flags |= kRejected;
  }
}

/// The coordinates that bounds leave free to move.
inline std::vector<Index> FreeCoordinates(const Bounds& bounds, Index n) {
  std::vector<Index> free;
  for (Index i = 0; i < n; ++i) {
    if (!bounds.any() || bounds.lower[i] < bounds.upper[i]) free.push_back(i);
  }
  return free;
}

/// x_i moved by `length` (> 0), or back by it where a bound is in the way, and no farther than half
/// the box. Far from the origin at least so far that it moves at all.
inline double Neighbour(const Bounds& bounds, Index i, double x, double length) {
  constexpr double kLeastRelative = 1e-8;
  length = std::max(length, kLeastRelative * std::abs(x));
  if (!bounds.any()) return x + length;
  length = std::min(length, (bounds.upper[i] - bounds.lower[i]) / 2);
  return x + length <= bounds.upper[i] ? x + length : x - length;
}

}  // namespace thalweg
