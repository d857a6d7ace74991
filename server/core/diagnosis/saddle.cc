#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "server/core/diagnosis/suggestions.h"

namespace thalweg {

/// The best iterate has no slope, yet a direction leads lower: the Hessian's least eigenvalue is
/// negative, or zero where a higher derivative decides. That lower values lie there has been seen.
std::optional<Finding> Saddle(Ending& ending) {
  if (!ending.certified || !ending.certified->lower) return std::nullopt;
  const Certified& made = *ending.certified;
  if (made.certificate.verdict == Verdict::kNotStationary) return std::nullopt;
  const bool minimize = ending.problem().direction() == Direction::kMinimize;
  const bool top = made.around.curves_down();
  const bool flat = !made.around.has_descent();
  const Vector there = ending.best.x + made.lower->step * made.lower_direction;
  const Layout& layout = ending.problem().objective().layout();

  Finding finding;
  finding.code = !top ? "saddle" : minimize ? "maximum" : "minimum";
  finding.text = absl::StrCat(
      ending.at.iteration == 0 ? "The start is" : "The run ended at", " a ",
      top    ? finding.code
      : flat ? "saddle without curvature"
             : "saddle",
      ", not a ", minimize ? "minimum" : "maximum", ": the gradient is zero there, but the value ",
      minimize ? "falls" : "rises", " along ", MainCoordinates(layout, made.lower_direction), ".");
  finding.evidence = absl::StrFormat(
      "curvature %.4g along that direction, from %.4g to %.4g over all; value %.6g here, %.6g at a "
      "distance of %.2g",
      ending.Signed(made.around.extremes->least), made.certificate.curvature->least,
      made.certificate.curvature->greatest, ending.Signed(made.around.value),
      ending.Signed(made.lower->value), std::abs(made.lower->step));
  const auto escape = flat ? std::nullopt : FirstThatFits(ending.problem(), {"escape_saddles"});
  if (escape && ending.method.kind != escape->kind) {
    finding.suggested_optimizer = escape;
    finding.suggested_optimizer->settings["inner"] = std::vector<Part>{ending.method};
  } else {
    finding.suggested_start = StartAt(ending.problem(), there);
  }
  return finding;
}

}  // namespace thalweg
