#pragma once

#include <cstdint>

namespace thalweg::expression {

/// to[8 * i + p] = from[columns * p + i]: eight points, one after the other, to the coordinates of
/// all eight side by side. Points beyond `points` (1 to 8) repeat the last.
void ToLanes(const double* from, int64_t columns, int64_t points, double* to);

/// The way back, for the first `points`.
void FromLanes(const double* from, int64_t columns, int64_t points, double* to);

}  // namespace thalweg::expression
