#include "server/core/populations/fold.h"

#include <algorithm>
#include <cmath>

namespace thalweg {
namespace {

double Folded(double x, double low, double high) {
  if (x >= low && x <= high) return x;
  const double width = high - low;
  if (std::isfinite(width) && std::isfinite(x)) {
    const double beyond = std::fmod(std::abs(x - low), 2 * width);  // exact; NaN where width is 0
    x = beyond <= width ? low + beyond : high - (beyond - width);
  } else {
    x = x < low ? low + (low - x) : high - (x - high);
  }
  if (std::isnan(x)) return low == high ? low : x;
  return std::min(std::max(x, low), high);
}

}  // namespace

void FoldInside(const Bounds& bounds, Matrix& points) {
  if (!bounds.any()) return;
  for (Index i = 0; i < points.cols(); ++i) {
    for (Index d = 0; d < points.rows(); ++d) {
      points(d, i) = Folded(points(d, i), bounds.lower[d], bounds.upper[d]);
    }
  }
}

}  // namespace thalweg
