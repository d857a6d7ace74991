#pragma once

#include <algorithm>
#include <cmath>

#include "server/core/bounds.h"
#include "server/core/finish.h"
#include "server/core/iterate.h"

namespace thalweg {

// When Newton's method is at its end: the steps still gain digits when f has none left to show it.

/// Length of the projected gradient step, which is the gradient's without bounds.
double ProjectedSlope(const Bounds& bounds, const Iterate& at);

/// Whether a reduction of f is too small to be seen: sums of many terms lose some hundred units in
/// the last place of f, and f cannot be told apart at points that round to the same x.
inline bool Drowns(double reduction, const Iterate& at) {
  const double of_x = 1e-15 * at.gradient.cwiseProduct(at.x).cwiseAbs().sum();
  return std::abs(reduction) <= std::max(1e-13 * std::abs(at.value), of_x);
}

/// Whether a trial changed f by no more than what rounding makes.
inline bool SameButForRounding(double value, double trial) {
  return std::abs(trial - value) <= 1e-12 * std::abs(value);
}

/// Converged, because a step promises nothing that could be seen in f.
Finish NoReductionLeft(double promised, double value);

}  // namespace thalweg
