#pragma once

#include "server/core/bounds.h"
#include "server/core/landscape/plane.h"
#include "server/core/vector.h"

namespace thalweg::landscape {

/// Numbers from `from` to `to`, from < to, both finite.
struct Interval {
  double from = 0;
  double to = 0;
};

/// What part of a plane a picture shows.
struct Window {
  Interval u;
  Interval v;  ///< Of a line nothing.
};

/// The part that shows what matters: the chord that `box` cuts out of each axis, widened to the
/// path and a margin where that leaves it; without a box the path and a margin, or where that is no
/// more than a point, from -5 to 5 and the point. `path` is c x p, as in path.h, and may have no
/// columns; the box is of size n or empty. Where the plane was made for a path, a box is to be left
/// out by the caller.
Window WindowOf(const Plane& plane, const Matrix& path, const Bounds& box);

}  // namespace thalweg::landscape
