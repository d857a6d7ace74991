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

// Distance of the two gradients whose difference stands for H*v, for |v| = 1. The cube root of
// the machine epsilon balances the truncation of a central difference against rounding.
double DifferenceStep(const Vector& x) { return 6e-6 * std::max(1.0, NormsOf(x).two); }

// H*v at x; false where the objective is not finite, or not to be had, nearby.
bool HessianTimes(Problem& problem, const Vector& x, const Vector& v, Vector& product) {
  const double h = DifferenceStep(x);
  Iterate ahead;
  Iterate behind;
  ahead.x = x + h * v;
  behind.x = x - h * v;
  ahead.gradient = behind.gradient = Vector::Zero(x.size());
  if (!problem.Evaluate(ahead).ok() || !problem.Evaluate(behind).ok()) return false;
  product = (ahead.gradient - behind.gradient) / (2 * h);
  return product.allFinite();
}

// Leans on no coordinate and on no symmetry of the problem.
Vector FirstGuess(Index n) {
  Vector v(n);
  for (Index i = 0; i < n; ++i) v[i] = 1 + 0.37 * static_cast<double>((i * 7919) % 101) / 101;
  return v / v.norm();
}

}  // namespace

double GreatestCurvature(Problem& problem, const Vector& x) {
  Vector v = FirstGuess(x.size());
  Vector product(x.size());
  double curvature = 0;
  for (int i = 0; i < kMostProducts; ++i) {
    if (!HessianTimes(problem, x, v, product)) return 0;
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
    ending.curvature = std::max(GreatestCurvature(ending.problem, ending.start),
                                GreatestCurvature(ending.problem, ending.best.x));
  }
  return *ending.curvature;
}

double Rounded(double rate) {
  double rounded = rate;
  return absl::SimpleAtod(absl::StrFormat("%.3g", rate), &rounded) ? rounded : rate;
}

}  // namespace thalweg
