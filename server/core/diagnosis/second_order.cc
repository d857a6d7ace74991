#include "server/core/diagnosis/second_order.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "server/core/norms.h"

namespace thalweg {
namespace {

constexpr double kEpsilon = std::numeric_limits<double>::epsilon();
// Relative errors of curvatures: of derivatives by rounding, of differences of gradients.
constexpr double kExactError = 1e-12;
constexpr double kDifferenceError = 1e-5;
constexpr double kTinyDiagonal = 1e-8;  // of the greatest in the row: no measure of scale
constexpr double kRoundings = 64;       // of each term of H x

bool Holds(const Bounds& bounds, Index i, double x, double slope) {
  if (!bounds.any()) return false;
  const double lower = bounds.lower[i];
  const double upper = bounds.upper[i];
  return lower == upper || (x <= lower && slope > 0) || (x >= upper && slope < 0);
}

/// 1 / sqrt(|H_ii|), or by the greatest of its row where the diagonal is next to nothing.
Vector ScaleOf(const Matrix& hessian) {
  Vector scale(hessian.rows());
  for (Index i = 0; i < hessian.rows(); ++i) {
    const double row = hessian.row(i).cwiseAbs().maxCoeff();
    const double own = std::abs(hessian(i, i));
    const double size = own > kTinyDiagonal * row ? own : row;
    scale[i] = size > 0 ? 1 / std::sqrt(size) : 1;
  }
  return scale;
}

void LookAtCurvature(Probe& probe, const Vector& x, Index steps, SecondOrder& around) {
  const Index n = x.size();
  std::vector<Index> places;
  for (Index i = 0; i < n; ++i) {
    if (around.held[static_cast<size_t>(i)] == 0) places.push_back(i);
  }
  Vector whole = Vector::Zero(n);
  Vector product(n);
  const Product times = [&](const Vector& v, Vector& result) {
    for (size_t k = 0; k < places.size(); ++k) whole[places[k]] = v[static_cast<Index>(k)];
    if (!probe.HessianTimes(x, whole, product)) return false;
    result.resize(around.free);
    for (size_t k = 0; k < places.size(); ++k) result[static_cast<Index>(k)] = product[places[k]];
    return true;
  };
  if (around.free <= kMostDenseRows) {
    around.hessian = MatrixOf(around.free, times);
    if (around.hessian) around.eigen = EigensystemOf(*around.hessian);
    if (around.eigen) {
      around.scale = ScaleOf(*around.hessian);
      around.scaled =
          EigensystemOf(around.scale.asDiagonal() * *around.hessian * around.scale.asDiagonal());
    }
    if (around.eigen) {
      around.extremes = Extremes{around.eigen->values[0], around.eigen->values[around.free - 1],
                                 around.eigen->vectors.col(0)};
    }
  } else {
    around.extremes = ExtremesOf(around.free, times, steps);
  }
  if (!around.extremes) return;
  Extremes& ends = *around.extremes;
  if (ends.direction.size() > 0) ends.direction = around.Spread(ends.direction);
  const double size = std::max(std::abs(ends.least), std::abs(ends.greatest));
  const double error = probe.exact_products() ? kExactError : kDifferenceError;
  around.resolution = size * error;
  if (around.scaled) around.zero = error * around.scaled->values.cwiseAbs().maxCoeff();
}

}  // namespace

Vector SecondOrder::Spread(const Vector& over_free) const {
  Vector all = Vector::Zero(static_cast<Index>(held.size()));
  Index k = 0;
  for (size_t i = 0; i < held.size(); ++i) {
    if (held[i] == 0) all[static_cast<Index>(i)] = over_free[k++];
  }
  return all;
}

Vector SecondOrder::Direction(Index k) const {
  const Vector direction = scale.cwiseProduct(scaled->vectors.col(k));
  return Spread(direction / direction.norm());
}

bool IsRounding(const SecondOrder& around, const Vector& x) {
  if (!around.hessian) return false;
  Index row = 0;
  for (Index i = 0; i < x.size(); ++i) {
    if (around.held[static_cast<size_t>(i)] != 0) continue;
    double terms = 0;
    Index column = 0;
    for (Index j = 0; j < x.size(); ++j) {
      if (around.held[static_cast<size_t>(j)] != 0) continue;
      terms += std::abs((*around.hessian)(row, column++) * x[j]);
    }
    if (std::abs(around.gradient[i]) > kRoundings * kEpsilon * terms) return false;
    ++row;
  }
  return true;
}

std::optional<SecondOrder> LookAround(Probe& probe, const Vector& x, bool with_curvature,
                                      Index steps) {
  SecondOrder around;
  if (!probe.Gradient(x, around.value, around.gradient)) return std::nullopt;
  const Index n = x.size();
  around.reduced_gradient = around.gradient;
  around.held.resize(static_cast<size_t>(n));
  for (Index i = 0; i < n; ++i) {
    const bool held = Holds(probe.bounds(), i, x[i], around.gradient[i]);
    around.held[static_cast<size_t>(i)] = held ? 1 : 0;
    if (held) around.reduced_gradient[i] = 0;
    around.free += held ? 0 : 1;
  }
  if (with_curvature && around.free > 0) LookAtCurvature(probe, x, steps, around);
  return around;
}

std::optional<Lower> LowerAlong(Probe& probe, const Vector& x, double value, const Vector& v,
                                bool either) {
  const double unit = std::max(1.0, NormsOf(x).two);
  const double rounding = 16 * kEpsilon * std::abs(value) + std::numeric_limits<double>::min();
  constexpr std::array kLengths = {1e-1, 3e-2, 1e-2, 3e-3, 1e-3};
  std::optional<Lower> lowest;
  int both_fall = 0;
  std::array<int, 2> one_falls = {0, 0};
  int seen = 0;
  for (const double length : kLengths) {
    std::array<double, 2> values = {};
    std::array<bool, 2> had = {};
    for (const size_t side : {0, 1}) {
      const double step = (side == 0 ? 1 : -1) * length * unit;
      had[side] = probe.Value(x + step * v, values[side]);
      if (!had[side]) continue;
      if (values[side] < value - rounding) ++one_falls[side];
      if (values[side] < (lowest ? lowest->value : value)) lowest = {step, values[side]};
    }
    if (had[0] && had[1] && (values[0] - value) + (values[1] - value) < -rounding) ++both_fall;
    if (had[0] || had[1]) ++seen;
  }
  // Steps at which the change drowns in rounding say nothing: three of five lengths must tell.
  const int most = std::max({both_fall, either ? one_falls[0] : 0, either ? one_falls[1] : 0});
  return seen >= 3 && most >= 3 ? lowest : std::nullopt;
}

}  // namespace thalweg
