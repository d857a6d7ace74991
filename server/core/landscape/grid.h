#pragma once

#include <cstdint>

#include "absl/status/statusor.h"
#include "server/core/landscape/plane.h"
#include "server/core/landscape/window.h"
#include "server/core/objective.h"

namespace thalweg::landscape {

/// `count` evenly spaced numbers of an interval, both ends included.
struct Axis {
  Interval interval;
  Index count = 2;  ///< At least 2.

  double operator[](Index i) const;
};

/// An objective's values over a grid of a plane, and what they are like.
struct Samples {
  Vector values;         ///< Row after row: place i * u.count + j is of v[i] and u[j].
  Index least = -1;      ///< Place of the least finite value; -1: none is finite.
  Index greatest = -1;   ///< Likewise.
  Index non_finite = 0;  ///< How many are not.
};

/// Evaluates at all points of the grid, `at_once` of them together; of a line `v` counts as one
/// number. Fails when an evaluation could not be made.
absl::StatusOr<Samples> Sample(Objective& objective, const Plane& plane, const Axis& u,
                               const Axis& v, Index at_once);

}  // namespace thalweg::landscape
