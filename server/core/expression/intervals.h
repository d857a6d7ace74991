#pragma once

#include <cstdint>
#include <limits>
#include <vector>

#include "server/core/expression/program.h"
#include "server/core/vector.h"

namespace thalweg::expression {

/// Where the values of an operation lie, at whatever turn; wider than the truth where the same
/// coordinate is used more than once (x*y - x). NaN lies nowhere.
struct Interval {
  double low = -std::numeric_limits<double>::infinity();
  double high = std::numeric_limits<double>::infinity();
  bool never_zero = false;  ///< Though 0 may be between low and high, or one of them.

  bool MayBeZero() const { return low <= 0 && high >= 0 && !never_zero; }
};

/// By operation, for x between `lower` and `upper` (each of size n, or empty: the whole line).
std::vector<Interval> FindIntervals(const Program& program, const std::vector<int32_t>& order,
                                    const Vector& lower, const Vector& upper);

}  // namespace thalweg::expression
