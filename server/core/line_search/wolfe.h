#pragma once

#include <cmath>

#include "absl/status/status.h"
#include "absl/strings/str_format.h"
#include "server/core/line_search/ray.h"
#include "server/core/option_info.h"
#include "server/core/violation.h"

namespace thalweg {

/// phi(a) <= phi(0) + c1*a*phi'(0): enough is gained for the length of the step. Armijo (1966).
inline bool SufficientDecrease(const Trial& trial, double c1, double slope) {
  return trial.change <= c1 * trial.step * slope;
}

/// |phi'(a)| <= c2*|phi'(0)|: the valley's floor is near. Wolfe (1969).
inline bool StrongCurvature(const Trial& trial, double c2, double slope) {
  return std::abs(trial.slope) <= -c2 * slope;
}

// Options that searches have in common.
inline constexpr Range kUnitOpen{0, 1, true, true};
inline constexpr Range kTrials{1, 1000, false, false};

/// Where c2 < c1 there may be no step that fulfils both conditions.
inline absl::Status CheckWolfe(double c1, double c2) {
  if (c1 <= c2) return absl::OkStatus();
  return Refuse("settings[c2]", Reason::kInvalidValue,
                absl::StrFormat("c2 is %g; it must be at least c1, which is %g", c2, c1));
}

}  // namespace thalweg
