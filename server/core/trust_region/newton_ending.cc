#include "server/core/trust_region/newton_ending.h"

#include "absl/strings/str_format.h"

namespace thalweg {

double ProjectedSlope(const Bounds& bounds, const Iterate& at) {
  if (!bounds.any()) return at.gradient.norm();
  Vector projected;
  bounds.ProjectedStep(at.x, at.gradient, projected);
  return projected.norm();
}

Finish NoReductionLeft(double promised, double value) {
  Finish finish;
  finish.Converged("predicted_reduction", promised, 1e-13 * std::abs(value),
                   absl::StrFormat("a Newton step promises to lower f by %.3g, which is below the "
                                   "rounding of f = %.6g",
                                   promised, value));
  return finish;
}

}  // namespace thalweg
