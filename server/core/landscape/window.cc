#include "server/core/landscape/window.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

namespace thalweg::landscape {
namespace {

constexpr double kMargin = 0.15;  // of what is shown, on either side
constexpr Interval kUsual = {-5, 5};
constexpr double kNarrowest = 0.1;  // of the other side, where both are distances in R^n
constexpr double kInf = std::numeric_limits<double>::infinity();
constexpr double kGreatest = 1e300;  // so that widths stay finite

Interval Hull(const Interval& a, const Interval& b) {
  return {std::min(a.from, b.from), std::max(a.to, b.to)};
}

Interval WithMargin(const Interval& shown) {
  const double margin = kMargin * (shown.to - shown.from);
  return {std::max(shown.from - margin, -kGreatest), std::min(shown.to + margin, kGreatest)};
}

Interval Widened(const Interval& shown, double width) {
  const double more = std::max((width - (shown.to - shown.from)) / 2, 0.0);
  return {shown.from - more, shown.to + more};
}

/// The part of origin + t * direction that lies in the box, as far as the coordinates go that move;
/// nothing where it has no finite length.
std::optional<Interval> ChordOf(const Bounds& box, const Vector& origin, const Vector& direction) {
  if (!box.any()) return std::nullopt;
  Interval chord = {-kInf, kInf};
  for (Index i = 0; i < direction.size(); ++i) {
    if (direction[i] == 0) continue;
    const double a = (box.lower[i] - origin[i]) / direction[i];
    const double b = (box.upper[i] - origin[i]) / direction[i];
    chord.from = std::max(chord.from, std::min(a, b));
    chord.to = std::min(chord.to, std::max(a, b));
  }
  const bool finite = std::isfinite(chord.from) && std::isfinite(chord.to);
  if (!finite || !(chord.from < chord.to)) return std::nullopt;
  return chord;
}

/// The plane's two numbers for points of R^n: least squares, which for coordinates is reading.
class Projection {
 public:
  Projection(const Plane& plane, Index traced)
      : u_(plane.u.head(traced)), centre_(plane.centre_u, plane.centre_v) {
    point_ = plane.origin.head(traced) + plane.centre_u * u_;
    gram_ << plane.u.squaredNorm(), 0, 0, 1;
    if (plane.is_line()) return;
    v_ = plane.v.head(traced);
    point_ += plane.centre_v * v_;
    gram_(0, 1) = gram_(1, 0) = plane.u.dot(plane.v);
    gram_(1, 1) = plane.v.squaredNorm();
  }

  /// Of the c leading coordinates of a point; may not be finite.
  Eigen::Vector2d Of(const Vector& leading) const {
    const Vector away = leading - point_;
    const Eigen::Vector2d along(u_.dot(away), v_.size() > 0 ? v_.dot(away) : 0.0);
    const double determinant = gram_(0, 0) * gram_(1, 1) - gram_(0, 1) * gram_(1, 0);
    const Eigen::Vector2d moved(gram_(1, 1) * along[0] - gram_(0, 1) * along[1],
                                gram_(0, 0) * along[1] - gram_(1, 0) * along[0]);
    return centre_ + moved / determinant;
  }

 private:
  Vector u_, v_, point_;  // c
  Eigen::Vector2d centre_;
  Eigen::Matrix2d gram_;
};

bool IsPoint(const Interval& shown) {
  return shown.to - shown.from <= 1e-9 * std::max(std::abs(shown.from), std::abs(shown.to));
}

/// One axis: what is shown of it by itself; nothing where that is only a point without a box.
std::optional<Interval> AxisOf(const Interval& covered, const std::optional<Interval>& chord) {
  if (chord && covered.from >= chord->from && covered.to <= chord->to) return chord;
  if (chord) return Hull(*chord, WithMargin(Hull(*chord, covered)));
  if (IsPoint(covered)) return std::nullopt;
  return WithMargin(covered);
}

Interval Completed(const std::optional<Interval>& axis, const Interval& covered,
                   const std::optional<Interval>& other) {
  if (axis) return *axis;
  if (other) {
    const Interval like = Widened(covered, other->to - other->from);
    if (!IsPoint(like)) return like;
  }
  const bool inside = covered.from >= kUsual.from && covered.to <= kUsual.to;
  return inside ? kUsual : WithMargin(Hull(kUsual, covered));
}

}  // namespace

Window WindowOf(const Plane& plane, const Matrix& path, const Bounds& box) {
  Interval u = {plane.centre_u, plane.centre_u};
  Interval v = {plane.centre_v, plane.centre_v};
  const Projection projection(plane, path.rows());
  for (Index k = 0; k < path.cols(); ++k) {
    const Eigen::Vector2d at = projection.Of(path.col(k));
    if (!at.allFinite()) continue;
    u = Hull(u, {at[0], at[0]});
    v = Hull(v, {at[1], at[1]});
  }

  const auto along_u = AxisOf(u, ChordOf(box, plane.origin, plane.u));
  if (plane.is_line()) return {Completed(along_u, u, std::nullopt), {}};
  const auto along_v = AxisOf(v, ChordOf(box, plane.origin, plane.v));
  Window window = {Completed(along_u, u, along_v), Completed(along_v, v, along_u)};
  if (plane.orthonormal) {
    window.u = Widened(window.u, kNarrowest * (window.v.to - window.v.from));
    window.v = Widened(window.v, kNarrowest * (window.u.to - window.u.from));
  }
  return window;
}

}  // namespace thalweg::landscape
