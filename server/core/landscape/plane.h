#pragma once

#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "server/core/objective.h"
#include "server/core/vector.h"

/// Planes and lines through R^n on which an objective is looked at.
namespace thalweg::landscape {

/// The points origin + s * u + t * v.
struct Plane {
  Vector origin;  ///< n
  Vector u;       ///< n, not 0.
  Vector v;       ///< n, not parallel to u; empty of a line.
  /// (s, t) of the point that the plane was laid through: (0, 0), but for planes of coordinates.
  double centre_u = 0;
  double centre_v = 0;
  bool orthonormal = false;  ///< Of directions that mean a distance in R^n rather than an unknown.
  std::string u_name;        ///< For people: "x[0]".
  std::string v_name;

  bool is_line() const { return v.size() == 0; }
};

/// Through two coordinates, whose own values s and t then are; without `j` a line. Refuses places
/// outside of [0, n) and twice the same, at the fields "u" and "v".
absl::StatusOr<Plane> CoordinatePlane(const Layout& layout, const Vector& point, Index i,
                                      std::optional<Index> j);

/// Through any directions; `v` may be empty. Refuses zero and parallel ones, at "u" and "v".
absl::StatusOr<Plane> DirectionPlane(Vector point, Vector u, Vector v);

/// Along u against the gradient at `point`; along v, at right angles to it, towards `step`, or
/// where that leads nowhere else, where the gradient turns on the way. Refuses, without a field,
/// where the gradient is 0 or not finite. `step` is of size n, or empty.
absl::StatusOr<Plane> GradientPlane(Objective& objective, Vector point, const Vector& step);

/// A unit vector at right angles to the unit vector `u`, of size n > 1: along the coordinate that
/// has least to do with it.
Vector AnyAcross(const Vector& u);

}  // namespace thalweg::landscape
