#include "server/core/line_search/interpolation.h"

#include <algorithm>
#include <cmath>

namespace thalweg {
namespace {

// The cubic through two points: theta and gamma of Moré & Thuente (1994), section 4. Scaled by the
// greatest term, so that squares stay in range. `square` < 0: it has no minimum.
struct Cubic {
  double theta, scale, square;
};

Cubic Through(const Trial& a, const Trial& b) {
  const double theta = 3 * (a.change - b.change) / (b.step - a.step) + a.slope + b.slope;
  const double scale = std::max({std::abs(theta), std::abs(a.slope), std::abs(b.slope)});
  const double t = theta / scale;
  return {theta, scale, t * t - (a.slope / scale) * (b.slope / scale)};
}

}  // namespace

double CubicMinimum(const Trial& a, const Trial& b) {
  const Cubic cubic = Through(a, b);
  if (cubic.scale == 0) return a.step;
  double gamma = cubic.scale * std::sqrt(std::max(0.0, cubic.square));
  if (b.step < a.step) gamma = -gamma;
  const double p = (gamma - a.slope) + cubic.theta;
  const double q = ((gamma - a.slope) + gamma) + b.slope;
  return a.step + p / q * (b.step - a.step);
}

double CubicMinimumBeyond(const Trial& a, const Trial& b, double low, double high) {
  const Cubic cubic = Through(a, b);
  double gamma = cubic.scale * std::sqrt(std::max(0.0, cubic.square));
  if (b.step > a.step) gamma = -gamma;
  const double p = (gamma - b.slope) + cubic.theta;
  const double q = (gamma + (a.slope - b.slope)) + gamma;
  const double r = p / q;
  if (r < 0 && gamma != 0) return b.step + r * (a.step - b.step);
  return b.step > a.step ? high : low;
}

double QuadraticMinimum(const Trial& a, const Trial& b) {
  const double across = b.step - a.step;
  return a.step + a.slope / ((a.change - b.change) / across + a.slope) / 2 * across;
}

double SecantRoot(const Trial& a, const Trial& b) {
  return a.step + a.slope / (a.slope - b.slope) * (b.step - a.step);
}

}  // namespace thalweg
