#pragma once

#include "server/core/line_search/ray.h"

namespace thalweg {

// Steps from models through two points of a ray; the points' steps differ.

/// Where the cubic through the values and slopes of both has its minimum, as seen from `a`.
double CubicMinimum(const Trial& a, const Trial& b);

/// The same, for a minimum beyond b as seen from a; where the cubic has none there, `low` or
/// `high`, whichever lies beyond b.
double CubicMinimumBeyond(const Trial& a, const Trial& b, double low, double high);

/// Where the parabola through the value and slope of `a` and the value of `b` has its minimum.
double QuadraticMinimum(const Trial& a, const Trial& b);

/// Where the line through both slopes is zero.
double SecantRoot(const Trial& a, const Trial& b);

}  // namespace thalweg
