#include "server/core/landscape/path.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <optional>
#include <string>
#include <utility>

#include "absl/strings/str_format.h"
#include "server/core/spectrum.h"

namespace thalweg::landscape {
namespace {

constexpr double kFurthest = 10;
// Of the squares of a path, what is taken for rounding.
constexpr double kLeastShare = 1e-14;

/// Half the box's greatest finite width.
double Reach(const Bounds& box) {
  double reach = 0;
  for (Index i = 0; i < box.lower.size(); ++i) {
    const double half = box.upper[i] / 2 - box.lower[i] / 2;
    if (std::isfinite(half)) reach = std::max(reach, half);
  }
  return reach;
}

/// How far from the start the picture's matter is; 0: the path never moves.
double ScaleOf(const Matrix& path, const Vector& point, const Bounds& box) {
  const auto start = path.col(0);
  const double scale =
      std::max(Reach(box), (point.head(path.rows()) - start).lpNorm<Eigen::Infinity>());
  if (scale > 0) return scale;
  for (Index k = 1; k < path.cols(); ++k) {
    const double step = (path.col(k) - start).lpNorm<Eigen::Infinity>();
    if (step > 0) return step;
  }
  return 0;
}

/// The principal directions of the columns of `away`, of length 1, and their shares of the squares.
struct Principal {
  Matrix directions;  // c x 2, or c x 1 where there is only one
  double shares[2] = {0, 0};
};

/// The eigenvectors of A A' are those of A' A times A: the smaller of the two is decomposed.
std::optional<Principal> PrincipalOf(const Matrix& away) {
  const Index rows = std::min(away.rows(), away.cols());
  assert(rows <= kMostPathRows);
  const bool wide = away.rows() <= away.cols();
  Matrix gram = Matrix::Zero(rows, rows);
  if (wide) {
    gram.noalias() = away * away.transpose();
  } else {
    gram.noalias() = away.transpose() * away;
  }
  const double squares = gram.trace();
  const auto system = EigensystemOf(gram);
  if (!system || !(squares > 0)) return std::nullopt;

  Principal principal;
  principal.directions.resize(away.rows(), std::min<Index>(rows, 2));
  for (Index d = 0; d < principal.directions.cols(); ++d) {
    const Index from = rows - 1 - d;  // ascending
    const double share = std::max(system->values[from], 0.0) / squares;
    if (share < kLeastShare) {
      principal.directions.conservativeResize(Eigen::NoChange, d);
      break;
    }
    Vector direction =
        wide ? Vector(system->vectors.col(from)) : Vector(away * system->vectors.col(from));
    direction.normalize();
    Index greatest = 0;  // its sign: a direction has none of its own
    direction.cwiseAbs().maxCoeff(&greatest);
    if (direction[greatest] < 0) direction = -direction;
    principal.directions.col(d) = direction;
    principal.shares[d] = share;
  }
  return principal;
}

std::string NameOf(int number, double share) {
  return absl::StrFormat("principal direction %d (%.*f %% of the path)", number,
                         share > 0.995 || share < 0.005 ? 1 : 0, 100 * share);
}

Vector Padded(const Vector& head, Index n) {
  Vector padded = Vector::Zero(n);
  padded.head(head.size()) = head;
  return padded;
}

}  // namespace

Matrix NearPart(const Matrix& path, const Vector& point, const Bounds& box) {
  if (path.cols() == 0 || !path.col(0).allFinite()) return path.leftCols(0);
  const double furthest = kFurthest * ScaleOf(path, point, box);
  Matrix near(path.rows(), path.cols());
  Index kept = 0;
  for (Index k = 0; k < path.cols(); ++k) {
    const double distance = (path.col(k) - path.col(0)).lpNorm<Eigen::Infinity>();
    if (path.col(k).allFinite() && std::isfinite(distance) && distance <= furthest) {
      near.col(kept++) = path.col(k);
    }
  }
  near.conservativeResize(Eigen::NoChange, kept);
  return near;
}

Plane PathPlane(const Matrix& path, Vector point) {
  const Index n = point.size();
  Matrix away = path.colwise() - point.head(path.rows());
  const double greatest = away.size() == 0 ? 0 : away.cwiseAbs().maxCoeff();
  if (greatest > 0) away /= greatest;
  const auto principal = greatest > 0 ? PrincipalOf(away) : std::nullopt;

  Plane plane;
  plane.origin = std::move(point);
  plane.orthonormal = true;
  const Index found = principal ? principal->directions.cols() : 0;
  plane.u = found > 0 ? Padded(principal->directions.col(0), n) : Vector(Vector::Unit(n, 0));
  plane.u_name =
      found > 0 ? NameOf(1, principal->shares[0]) : "any direction (the path is a point)";
  if (n == 1) return plane;
  plane.v = found > 1 ? Padded(principal->directions.col(1), n) : AnyAcross(plane.u);
  plane.v_name = found > 1 ? NameOf(2, principal->shares[1]) : "across (0 % of the path)";
  return plane;
}

}  // namespace thalweg::landscape
