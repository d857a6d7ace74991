#include <algorithm>
#include <cmath>
#include <limits>

#include "absl/strings/str_format.h"
#include "server/core/diagnosis/suggestions.h"
#include "server/core/norms.h"

namespace thalweg {
namespace {

constexpr double kNear = 1e3;  // times what rounding makes of the gradient: no nearer is likely
constexpr double kAim = 100;   // the same for the tolerance to suggest

/// How much the gradient changes where x moves by its own rounding, there and back in turn.
double RoundingOfGradient(Probe& probe, const Vector& x, const Vector& gradient) {
  Vector moved = x;
  for (Index i = 0; i < x.size(); ++i) {
    const double sign = i % 2 == 0 ? 1 : -1;
    moved[i] += sign * std::numeric_limits<double>::epsilon() * std::max(std::abs(x[i]), 1e-300);
  }
  double value = 0;
  Vector there;
  if (!probe.Gradient(moved, value, there)) return 0;
  return Distance(there, gradient);
}

}  // namespace

/// The rule on the gradient asks for less than the rounding of x leaves of it.
std::optional<Finding> ToleranceUnreachable(Ending& ending) {
  const auto threshold = ThresholdOf(ending, "gradient_norm");
  if (!EndedShort(ending) || !threshold || !ending.certified) return std::nullopt;
  const double norm = ending.certified->certificate.gradient_norm;
  const double rounding =
      RoundingOfGradient(ending.probe, ending.best.x, ending.certified->around.gradient);
  if (!(rounding > *threshold / 2) || !(norm <= kNear * rounding)) return std::nullopt;

  // What the last iterates reached, and some room.
  const double power = std::ceil(std::log10(std::max(kAim * rounding, 2 * norm)) - 1e-9);
  const double suggestion = std::pow(10, power);
  Finding finding;
  finding.code = "tolerance_unreachable";
  finding.text = absl::StrFormat(
      "The gradient cannot be brought below %.3g here: the rounding of x alone changes it by %.2g. "
      "A tolerance of %.0e can be met.",
      *threshold, rounding, suggestion);
  finding.evidence = absl::StrFormat(
      "gradient norm %.3g at the best iterate, tolerance %.3g; one rounding of x changes the "
      "gradient by %.3g",
      norm, *threshold, rounding);
  finding.suggested_stopping = {Rule("gradient_norm", suggestion)};
  return finding;
}

}  // namespace thalweg
