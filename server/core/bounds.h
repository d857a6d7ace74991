#pragma once

#include "server/core/vector.h"

namespace thalweg {

/// A box: lower <= x <= upper, coordinate by coordinate. Either side may be infinite, and the two
/// may be equal (a fixed coordinate). Both empty: no bounds at all.
struct Bounds {
  Vector lower;  ///< n, or empty.
  Vector upper;  ///< n, or empty.

  bool any() const { return lower.size() > 0; }
  /// Whether every coordinate has two finite bounds: a box that can be searched.
  bool finite() const { return any() && lower.allFinite() && upper.allFinite(); }
  bool Contains(const Vector& x) const {
    return !any() || ((x.array() >= lower.array()).all() && (x.array() <= upper.array()).all());
  }
  /// The nearest point of the box; NaN stays NaN.
  void Project(Vector& x) const;
  /// How far a step against `gradient` can go: P(x - gradient) - x, which is -gradient without
  /// bounds and 0 at a minimiser of the box. Its length measures stationarity (Bertsekas (1976)).
  void ProjectedStep(const Vector& x, const Vector& gradient, Vector& step) const;
};

}  // namespace thalweg
