#include <algorithm>
#include <cmath>

#include "absl/strings/str_format.h"
#include "server/core/diagnosis/suggestions.h"
#include "server/core/norms.h"

namespace thalweg {
namespace {

constexpr int kDoublings = 45;
constexpr int kLast = 20;        // of them, over which the fall must not slacken
constexpr double kSlack = 0.9;   // ratio of one fall to the one before; exp(-x) is far below
constexpr double kFirst = 1e-3;  // first step, relative to max(1, |x|)

}  // namespace

/// Along the way the run was going, steps that double go on finding lower values, by at least as
/// much each time: as far as numbers reach, there is no bottom.
std::optional<Finding> Unbounded(Ending& ending) {
  if (!EndedShort(ending) || IsStationary(ending)) return std::nullopt;
  const Vector& x = ending.best.x;
  Vector direction = ending.at.x - ending.previous_x;
  const bool went_down = ending.at.value <= ending.previous_value && direction.allFinite();
  if (!went_down || !(direction.squaredNorm() > 0)) {
    if (!ending.certified) return std::nullopt;
    direction = -ending.certified->around.reduced_gradient;
  }
  const double length = NormsOf(direction).two;
  if (!(length > 0) || !std::isfinite(length)) return std::nullopt;
  direction /= length;

  double step = std::max(length, kFirst * std::max(1.0, NormsOf(x).two));
  double value = ending.best.value;
  double fall = 0;
  int lasting = 0;
  for (int k = 0; k < kDoublings; ++k, step *= 2) {
    double next = 0;
    if (!ending.probe.Value(x + step * direction, next) || !(next < value)) return std::nullopt;
    lasting = k > 0 && value - next >= kSlack * fall ? lasting + 1 : 0;
    fall = value - next;
    value = next;
  }
  if (lasting < kLast) return std::nullopt;

  const bool down = ending.problem().direction() == Direction::kMinimize;
  const Layout& layout = ending.problem().objective().layout();
  Finding finding;
  finding.code = "unbounded";
  finding.text = absl::StrFormat(
      "The objective seems to be unbounded %s: its value goes on %s along %s as far as numbers "
      "reach. Check its sign and direction, or give bounds.",
      down ? "below" : "above", down ? "falling" : "rising", MainCoordinates(layout, direction));
  finding.evidence = absl::StrFormat(
      "value %.6g at the best iterate, %.6g a distance of %.3g further on, after %d doublings of "
      "the step, each no smaller a gain than the one before",
      ending.Signed(ending.best.value), ending.Signed(value), step / 2, kDoublings);
  return finding;
}

}  // namespace thalweg
