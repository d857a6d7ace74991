#pragma once

#include "server/core/vector.h"

namespace thalweg {

/// The part h of an objective f = smooth + h that has kinks, but of which the proximal map is
/// known: l1 and group norms.
class Penalty {
 public:
  virtual ~Penalty() = default;

  virtual double Value(const Vector& x) const = 0;  ///< h(x)
  /// x becomes argmin_u  t * h(u) + ||u - x||^2 / 2, t > 0.
  virtual void Shrink(double t, Vector& x) const = 0;
  /// `gradient` of the smooth part at x becomes the shortest subgradient of f there.
  virtual void AddShortest(const Vector& x, Vector& gradient) const = 0;
  /// Whether h is a sum over coordinates, so that bounds can be honoured beside it.
  virtual bool separable() const = 0;
};

}  // namespace thalweg
