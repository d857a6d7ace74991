#include <cmath>
#include <limits>

#include "absl/strings/str_format.h"
#include "server/core/diagnosis/suggestions.h"

namespace thalweg {
namespace {

constexpr double kRoundings = 8;  // of f: gains below are not seen in values

}  // namespace

/// The method could go no further, at a minimum that values cannot tell from its neighbours: what
/// is left to gain is below the rounding of f.
std::optional<Finding> AtRounding(Ending& ending) {
  if (ending.reason.termination != Termination::kStalled || !ending.certified) return std::nullopt;
  const Certified& made = *ending.certified;
  if (!made.around.curves_up() || !made.certificate.gap) return std::nullopt;
  const double rounding = std::numeric_limits<double>::epsilon() * std::abs(made.around.value);
  if (!(*made.certificate.gap <= kRoundings * rounding)) return std::nullopt;

  Finding finding;
  finding.code = "at_rounding";
  finding.informational = true;
  finding.text =
      "The run stopped where rounding hides what is left to gain: the answer is as good as values "
      "of f can tell.";
  finding.evidence = absl::StrFormat(
      "%.2g left to gain by Newton's estimate, one rounding of f is %.2g; the answer is some %.2g "
      "away",
      *made.certificate.gap, rounding, *made.certificate.distance);
  return finding;
}

}  // namespace thalweg
