#include "server/core/diagnosis/curvature.h"

#include <algorithm>
#include <cmath>

#include "absl/strings/numbers.h"
#include "absl/strings/str_format.h"
#include "server/core/norms.h"

namespace thalweg {
namespace {

constexpr int kMostProducts = 12;
constexpr double kGoodEnough =
    1e-6;  // relative change of the estimate from one product to the next

// Leans on no coordinate and on no symmetry of the problem.
Vector FirstGuess(Index n) {
  Vector v(n);
  for (Index i = 0; i < n; ++i) v[i] = 1 + 0.37 * static_cast<double>((i * 7919) % 101) / 101;
  return v / v.norm();
}

}  // namespace

double GreatestCurvature(Probe& probe, const Vector& x) {
  Vector v = FirstGuess(x.size());
  Vector product(x.size());
  double curvature = 0;
  for (int i = 0; i < kMostProducts; ++i) {
    if (!probe.HessianTimes(x, v, product)) return 0;
    const double before = curvature;
    curvature = v.dot(product);  // Rayleigh's quotient
    const double length = NormsOf(product).two;
    if (!(length > 0) || !std::isfinite(length)) break;
    if (i > 0 && std::abs(curvature - before) <= kGoodEnough * std::abs(curvature)) break;
    v = product / length;
  }
  return std::isfinite(curvature) ? std::max(curvature, 0.0) : 0;
}

double CurvatureOf(Ending& ending) {
  if (!ending.curvature) {
    ending.curvature = std::max(GreatestCurvature(ending.probe, ending.start),
                                GreatestCurvature(ending.probe, ending.best.x));
  }
  return *ending.curvature;
}

double Rounded(double rate) {
  double rounded = rate;
  return absl::SimpleAtod(absl::StrFormat("%.3g", rate), &rounded) ? rounded : rate;
}

}  // namespace thalweg
