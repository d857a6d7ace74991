#include "absl/strings/str_format.h"
#include "server/core/diagnosis/curvature.h"

namespace thalweg {
namespace {

constexpr double kFarBelow = 1e-3;    // of the largest stable rate
constexpr double kStillSteep = 1e-6;  // gradient norm from which on there is somewhere to go

// Rules that are met by small steps just as well as by a minimum.
bool MeasuresSteps(const std::string& criterion) {
  return criterion == "step_size" || criterion == "value_change" ||
         criterion == "relative_value_change";
}

}  // namespace

/// The run ended on a slope that larger steps would have gone down: at its limit, or at a rule that
/// took small steps for convergence.
std::optional<Finding> LearningRateTooSmall(Ending& ending) {
  const Termination termination = ending.reason.termination;
  const bool unfinished =
      termination == Termination::kLimit || termination == Termination::kStalled ||
      (termination == Termination::kConverged && MeasuresSteps(ending.reason.criterion));
  if (!unfinished || !(ending.gradient_norm > kStillSteep)) return std::nullopt;
  // Asked of an imaginary curvature first: measuring costs evaluations.
  if (!(ending.optimizer.LargestStableRate(1) > 0)) return std::nullopt;

  const double curvature = CurvatureOf(ending);
  const double rate = ending.at.learning_rate;
  const double stable = curvature > 0 ? ending.optimizer.LargestStableRate(curvature) : 0;
  if (!(rate > 0) || !(rate < kFarBelow * stable)) return std::nullopt;

  const double suggestion = Rounded(stable / 2);
  Finding finding;
  finding.code = "learning_rate_too_small";
  finding.text = absl::StrFormat(
      "The run ended where the gradient's norm is still %.3g, and the learning rate %.4g is far "
      "below the largest that is stable here, %.4g. Try %.4g.",
      ending.gradient_norm, rate, stable, suggestion);
  finding.evidence = absl::StrFormat(
      "greatest curvature %.4g, largest stable learning rate %.4g, learning rate used %.4g",
      curvature, stable, rate);
  finding.suggested_settings["learning_rate"] = suggestion;
  return finding;
}

}  // namespace thalweg
