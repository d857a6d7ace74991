#include <algorithm>
#include <cmath>

#include "absl/strings/str_format.h"
#include "server/core/diagnosis/curvature.h"
#include "server/core/norms.h"

namespace thalweg {
namespace {

constexpr double kOpposite = -0.9;   // cosine between gradients that point against each other
constexpr double kUnshrunk = 0.999;  // ratio of their lengths from which on nothing is gained
constexpr double kRounding = 1e-8;   // steps below this, relative to x, are settling, not jumping

/// Whether the end leaves room for doubt: a run that ended with success did so only if a valley's
/// two equal slopes cannot have been taken for a floor.
bool MayBeJumping(const Ending& ending) {
  const StopReason& reason = ending.reason;
  if (reason.termination == Termination::kConverged) {
    return (reason.criterion == "value_change" || reason.criterion == "relative_value_change") &&
           ending.at.step_norm > kRounding * std::max(1.0, NormsOf(ending.at.x).two);
  }
  return reason.termination == Termination::kLimit || reason.termination == Termination::kStalled;
}

}  // namespace

/// The last step jumped across a valley to where the gradient is as long as before and points back.
/// The curvature along that step, g differences over x differences, says which rate would not.
std::optional<Finding> Oscillating(Ending& ending) {
  if (!MayBeJumping(ending)) return std::nullopt;
  double value = 0;
  Vector before;  // the gradient where the last step came from
  if (!ending.probe.Gradient(ending.previous_x, value, before)) return std::nullopt;

  const double now_norm = ending.gradient_norm;
  const double before_norm = NormsOf(before).two;
  if (!(now_norm > 0) || !(before_norm > 0)) return std::nullopt;
  const double cosine = (ending.at.gradient / now_norm).dot(before / before_norm);
  const double ratio = now_norm / before_norm;
  if (!(cosine <= kOpposite) || !(ratio >= kUnshrunk)) return std::nullopt;

  const Vector step = ending.at.x - ending.previous_x;
  const double curvature = (ending.at.gradient - before).dot(step) / step.squaredNorm();
  if (!(curvature > 0) || !std::isfinite(curvature)) return std::nullopt;
  const double stable = ending.optimizer.LargestStableRate(curvature);
  const double rate = ending.at.learning_rate;
  const double suggestion = Rounded(stable > 0 ? stable / 2 : rate / 10);

  Finding finding;
  finding.code = "oscillating";
  finding.text = absl::StrFormat(
      "Steps jump back and forth across a valley without getting lower. Try a learning rate of "
      "%.4g.",
      suggestion);
  finding.evidence = absl::StrFormat(
      "cosine between the last two gradients %.3f, ratio of their norms %.4f, curvature along the "
      "last step %.4g, largest stable learning rate %s, learning rate used %.4g",
      cosine, ratio, curvature, stable > 0 ? absl::StrFormat("%.4g", stable) : "not known", rate);
  finding.suggested_settings["learning_rate"] = suggestion;
  return finding;
}

}  // namespace thalweg
