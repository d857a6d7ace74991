#include "server/core/norms.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace thalweg {
namespace {

constexpr Index kLanes = 8;

// Below this, squares that underflowed could be missed in the sum; above it they cannot matter,
// since each is smaller than 1e-307.
constexpr double kSafeSumOfSquares = 1e-280;

struct Sums {
  double squares = 0;
  double max = 0;  // of the absolute values; a NaN is passed over
};

// Over whole eights of coordinates, `coordinate(i)` for i in [0, n).
template <typename Coordinate>
Sums SumsInLanes(Index n, const Coordinate& coordinate) {
  double squares[kLanes] = {};
  double max[kLanes] = {};
  for (Index first = 0; first < n; first += kLanes) {
    for (Index lane = 0; lane < kLanes; ++lane) {
      const double value = std::abs(coordinate(first + lane));
      squares[lane] += value * value;
      max[lane] = value > max[lane] ? value : max[lane];
    }
  }
  Sums sums;
  for (Index lane = 0; lane < kLanes; ++lane) {
    sums.squares += squares[lane];
    sums.max = std::max(sums.max, max[lane]);
  }
  return sums;
}

template <typename Coordinate>
Sums SumsOf(Index n, const Coordinate& coordinate) {
  const Index whole = n - n % kLanes;
  Sums sums;
  if (whole > 0) sums = SumsInLanes(whole, coordinate);
  for (Index i = whole; i < n; ++i) {
    const double value = std::abs(coordinate(i));
    sums.squares += value * value;
    sums.max = value > sums.max ? value : sums.max;
  }
  return sums;
}

// The usual path is one sum; the scaled one is for squares that overflowed or underflowed.
template <typename Coordinate>
Norms NormsFrom(Index n, const Coordinate& coordinate) {
  const Sums sums = SumsOf(n, coordinate);
  if (sums.squares >= kSafeSumOfSquares && sums.squares <= std::numeric_limits<double>::max()) {
    return {std::sqrt(sums.squares), sums.max};
  }
  if (std::isnan(sums.squares)) return {sums.squares, sums.squares};
  if (sums.max == 0 || std::isinf(sums.max)) return {sums.max, sums.max};
  const double largest = sums.max;
  const Sums scaled = SumsOf(n, [&](Index i) { return coordinate(i) / largest; });
  return {largest * std::sqrt(scaled.squares), largest};
}

}  // namespace

Norms NormsOf(const Vector& v) {
  const double* values = v.data();
  return NormsFrom(v.size(), [values](Index i) { return values[i]; });
}

double Distance(const Vector& a, const Vector& b) {
  const double* from = a.data();
  const double* to = b.data();
  return NormsFrom(a.size(), [from, to](Index i) { return from[i] - to[i]; }).two;
}

}  // namespace thalweg
