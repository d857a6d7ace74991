#pragma once

#include "server/core/bounds.h"
#include "server/core/state.h"
#include "server/core/vector.h"

namespace thalweg {

/// Where a first population is spread out, and the scale of each coordinate.
struct Region {
  Vector lower;  ///< n
  Vector upper;  ///< n

  Vector Width() const { return upper - lower; }
  /// Columns of [0, 1)^n become points of the region, in place; inside it whatever the rounding.
  void Stretch(Matrix& unit_points) const;

  void Remember(State& state);
};

/// The interval between a coordinate's bounds where both are finite; else from start - spread to
/// start + spread, as far as bounds allow.
Region RegionAround(const Vector& start, const Bounds& bounds, double spread);

}  // namespace thalweg
