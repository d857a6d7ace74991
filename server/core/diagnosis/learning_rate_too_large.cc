#include "absl/strings/str_format.h"
#include "server/core/diagnosis/curvature.h"

namespace thalweg {
namespace {

// Where no bound on the rate is known, an order of magnitude is what people try next.
constexpr double kUsualReduction = 0.1;

bool GotWorse(const Ending& ending) {
  const double last_known =
      ending.reason.termination == Termination::kDiverged ? ending.at.value : ending.previous_value;
  return last_known > ending.start_value;
}

}  // namespace

/// The value grew, or became NaN on the way, because steps overshot further each time: the rate is
/// above what the curvature allows. Half the largest stable rate is suggested; for gradient descent
/// that is 1/L, which needs no luck (Nesterov (2004), theorem 2.1.14).
std::optional<Finding> LearningRateTooLarge(Ending& ending) {
  const Termination termination = ending.reason.termination;
  if (termination != Termination::kDiverged && termination != Termination::kNonFinite) {
    return std::nullopt;
  }
  // Where the value fell without end, the steps were not what was wrong.
  if (termination == Termination::kDiverged && ending.at.value < ending.start_value) {
    return std::nullopt;
  }
  const double rate = ending.at.learning_rate;
  const double curvature = CurvatureOf(ending);
  const double stable = curvature > 0 ? ending.optimizer.LargestStableRate(curvature) : 0;

  Finding finding;
  finding.code = "learning_rate_too_large";
  if (stable > 0 && rate > stable) {
    const double suggestion = Rounded(stable / 2);
    finding.text = absl::StrFormat(
        "The learning rate %.4g is above the largest that is stable here, %.4g. Try %.4g.", rate,
        stable, suggestion);
    finding.evidence = absl::StrFormat(
        "greatest curvature %.4g, largest stable learning rate %.4g, learning rate used %.4g",
        curvature, stable, rate);
    finding.suggested_settings["learning_rate"] = suggestion;
    return finding;
  }
  if (!GotWorse(ending)) return std::nullopt;
  const double suggestion = Rounded(rate * kUsualReduction);
  finding.text = absl::StrFormat(
      "The value got worse than at the start: the steps are likely too long. Try a learning rate "
      "of %.4g.",
      suggestion);
  finding.evidence = absl::StrFormat(
      "value %.4g at the start, %.4g at iteration %d, learning rate used %.4g",
      ending.Signed(ending.start_value), ending.Signed(ending.at.value), ending.at.iteration, rate);
  finding.suggested_settings["learning_rate"] = suggestion;
  return finding;
}

}  // namespace thalweg
