#include "server/core/landscape/plane.h"

#include <cmath>
#include <utility>

#include "absl/strings/str_cat.h"
#include "server/core/violation.h"

namespace thalweg::landscape {
namespace {

// Sine of the least angle between two directions that make a plane.
constexpr double kLeastSine = 1e-6;

/// `direction` of length 1, or empty where it has none that is positive and finite. Scaled first,
/// so that no square leaves the range of a double.
Vector Unit(const Vector& direction) {
  if (direction.size() == 0) return {};
  const double greatest = direction.lpNorm<Eigen::Infinity>();
  if (!(greatest > 0) || !direction.allFinite()) return {};
  const Vector scaled = direction / greatest;
  return scaled / scaled.norm();
}

/// The unit vector along what is left of `direction` at right angles to the unit vector `u`; empty
/// where that is nothing but rounding.
Vector Across(const Vector& direction, const Vector& u) {
  Vector unit = Unit(direction);
  if (unit.size() == 0) return {};
  unit -= unit.dot(u) * u;
  if (unit.norm() < kLeastSine) return {};
  unit /= unit.norm();
  unit -= unit.dot(u) * u;  // once more: the first time rounds
  return unit / unit.norm();
}

absl::Status CheckPlace(const std::string& field, Index place, Index n) {
  if (place >= 0 && place < n) return absl::OkStatus();
  return Refuse(field, Reason::kIndexOutOfRange,
                absl::StrCat("is ", place, "; there are the coordinates 0 to ", n - 1));
}

}  // namespace

absl::StatusOr<Plane> CoordinatePlane(const Layout& layout, const Vector& point, Index i,
                                      std::optional<Index> j) {
  const Index n = layout.size();
  if (absl::Status status = CheckPlace("u", i, n); !status.ok()) return status;
  Plane plane;
  plane.origin = point;
  plane.u = Vector::Unit(n, i);
  plane.u_name = layout.CoordinateName(i);
  plane.centre_u = std::exchange(plane.origin[i], 0.0);
  if (!j) return plane;
  if (absl::Status status = CheckPlace("v", *j, n); !status.ok()) return status;
  if (*j == i) {
    return Refuse("v", Reason::kInvalidValue,
                  absl::StrCat("is ", *j, ", as u; a plane needs two coordinates"));
  }
  plane.v = Vector::Unit(n, *j);
  plane.v_name = layout.CoordinateName(*j);
  plane.centre_v = std::exchange(plane.origin[*j], 0.0);
  return plane;
}

absl::StatusOr<Plane> DirectionPlane(Vector point, Vector u, Vector v) {
  const Vector unit = Unit(u);
  if (unit.size() == 0) return Refuse("u", Reason::kInvalidValue, "is 0; it has no direction");
  if (v.size() > 0) {
    if (Unit(v).size() == 0) {
      return Refuse("v", Reason::kInvalidValue, "is 0; it has no direction");
    }
    if (Across(v, unit).size() == 0) {
      return Refuse("v", Reason::kInvalidValue, "is parallel to u; the two make no plane");
    }
  }
  Plane plane;
  plane.origin = std::move(point);
  plane.u = std::move(u);
  plane.v = std::move(v);
  plane.u_name = "direction u";
  if (!plane.is_line()) plane.v_name = "direction v";
  return plane;
}

absl::StatusOr<Plane> GradientPlane(Objective& objective, Vector point, const Vector& step) {
  double value = 0;
  Vector gradient(point.size());
  absl::Status status = objective.ValueAndGradient(point, value, gradient);
  if (!status.ok()) return status;
  Plane plane;
  plane.u = Unit(-gradient);
  if (plane.u.size() == 0) {
    return Refuse("", Reason::kInvalidValue,
                  gradient.allFinite()
                      ? "the gradient is 0 at the origin; choose another origin or another plane"
                      : "the gradient is not finite at the origin; choose another origin");
  }
  plane.origin = std::move(point);
  plane.orthonormal = true;
  plane.u_name = "against the gradient";
  if (plane.u.size() == 1) return plane;
  plane.v = Across(step, plane.u);
  plane.v_name = "towards the last step";
  if (!plane.is_line()) return plane;
  Vector turn(plane.u.size());
  status = objective.HessianVector(plane.origin, plane.u, turn);
  if (!status.ok() && !absl::IsUnimplemented(status)) return status;
  if (status.ok()) plane.v = Across(turn, plane.u);
  plane.v_name = "where the gradient turns";
  if (!plane.is_line()) return plane;
  plane.v = AnyAcross(plane.u);
  plane.v_name = "across the gradient";
  return plane;
}

Vector AnyAcross(const Vector& u) {
  Index least = 0;
  u.cwiseAbs().minCoeff(&least);
  return Across(Vector::Unit(u.size(), least), u);
}

}  // namespace thalweg::landscape
