#include <algorithm>
#include <cmath>
#include <limits>

#include "absl/strings/str_format.h"
#include "server/core/diagnosis/diagnosis.h"

namespace thalweg {
namespace {

constexpr double kQuickly = 1e-6;     // of the value, in one iteration
constexpr double kStillSteep = 1e-6;  // gradient norm from which on there is somewhere to go

}  // namespace

/// A limit ended the run while the value was still improving.
std::optional<Finding> BudgetTooSmall(Ending& ending) {
  if (ending.reason.termination != Termination::kLimit) return std::nullopt;
  const double gain = ending.previous_value - ending.at.value;
  const double scale = std::max(std::abs(ending.at.value), std::numeric_limits<double>::min());
  if (!(gain > kQuickly * scale) || !(ending.gradient_norm > kStillSteep)) return std::nullopt;

  Finding finding;
  finding.code = "budget_too_small";
  finding.text = absl::StrFormat(
      "The limit on %s ended the run while the value was still improving; a larger one would let "
      "it go on.",
      ending.reason.criterion);
  finding.evidence =
      absl::StrFormat("the last iteration improved the value by %.3g (%.3g %%), to %.6g", gain,
                      100 * gain / scale, ending.problem.Signed(ending.at.value));
  return finding;
}

}  // namespace thalweg
