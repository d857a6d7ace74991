#include <algorithm>
#include <cmath>

#include "absl/strings/str_format.h"
#include "server/core/diagnosis/suggestions.h"
#include "server/core/norms.h"

namespace thalweg {
namespace {

constexpr double kNearest = 1e-12;  // first step, times max(1, |x|)
constexpr double kNarrow = 1e-11;   // the same for the interval that is left
constexpr int kMostSteps = 22;      // of a factor of 4
constexpr int kMostHalvings = 40;
constexpr double kWider = 16;  // times as wide: an interval to compare with
constexpr double kLasting =
    0.8;  // part of the jump there that the narrow one has; 1/17 where smooth

/// Slopes along a direction on both sides of where they change sign.
struct Crossing {
  double near = 0, far = 0;  // distances along the direction
  double below = 0, above = 0;
  Vector gradient_below, gradient_above;
  bool lasting = false;  // the jump does not shrink with the interval

  double jump() const { return above - below; }
};

class Line {
 public:
  Line(Probe& probe, const Vector& x, const Vector& direction)
      : probe_(probe), x_(x), direction_(direction) {}

  bool Slope(double t, double& slope, Vector& gradient) {
    double value = 0;
    if (!probe_.Gradient(x_ + t * direction_, value, gradient)) return false;
    slope = gradient.dot(direction_);
    return true;
  }

 private:
  Probe& probe_;
  const Vector& x_;
  const Vector& direction_;
};

std::optional<Crossing> FindCrossing(Line& line, double unit) {
  Crossing crossing;
  if (!line.Slope(0, crossing.below, crossing.gradient_below)) return std::nullopt;
  crossing.far = kNearest * unit;
  for (int k = 0;; ++k, crossing.far *= 4) {
    if (k == kMostSteps) return std::nullopt;
    if (!line.Slope(crossing.far, crossing.above, crossing.gradient_above)) return std::nullopt;
    if (crossing.above > 0) break;
    crossing.near = crossing.far;
    crossing.below = crossing.above;
    crossing.gradient_below = crossing.gradient_above;
  }
  for (int k = 0; k < kMostHalvings && crossing.far - crossing.near > kNarrow * unit; ++k) {
    const double middle = (crossing.near + crossing.far) / 2;
    double slope = 0;
    Vector gradient;
    if (!line.Slope(middle, slope, gradient)) return std::nullopt;
    const bool above = slope > 0;
    (above ? crossing.far : crossing.near) = middle;
    (above ? crossing.above : crossing.below) = slope;
    (above ? crossing.gradient_above : crossing.gradient_below).swap(gradient);
  }
  // The jump over a wider interval: that of a smooth slope grows with it.
  const double margin = kWider * (crossing.far - crossing.near) / 2;
  double below = 0;
  double above = 0;
  Vector gradient;
  if (!line.Slope(crossing.near - margin, below, gradient)) return std::nullopt;
  if (!line.Slope(crossing.far + margin, above, gradient)) return std::nullopt;
  crossing.lasting = crossing.jump() > kLasting * (above - below);
  return crossing;
}

/// A rate that falls to nothing brings a method of fixed steps as near as its last steps are short.
void SuggestFallingRate(const Ending& ending, Finding& finding) {
  const double rate = ending.at.learning_rate;
  const double steps = static_cast<double>(std::max<int64_t>(ending.at.iteration, 100));
  finding.suggested_settings["learning_rate"] =
      std::vector<Part>{{"cosine", {{"initial", rate}, {"final", rate * 1e-6}, {"steps", steps}}}};
  finding.suggested_stopping = {Rule("iterations", steps)};
}

}  // namespace

/// Just ahead of the best iterate the slope jumps from falling to rising, however closely one
/// looks: the valley has no smooth floor, so that no gradient there is small.
std::optional<Finding> Kink(Ending& ending) {
  if (!ending.certified || IsStationary(ending)) return std::nullopt;
  const Vector& x = ending.best.x;
  const Vector& gradient = ending.certified->around.reduced_gradient;
  const double slope = NormsOf(gradient).two;
  if (!(slope > 0)) return std::nullopt;
  const double unit = std::max(1.0, NormsOf(x).two);
  const Vector direction = -gradient / slope;
  Line line(ending.probe, x, direction);
  const auto crossing = FindCrossing(line, unit);
  if (!crossing || !crossing->lasting) return std::nullopt;
  const double reach = std::max(10 * ending.at.step_norm, 1e-3 * unit);
  if (!(crossing->far <= reach) || !(crossing->jump() > 1e-3 * slope)) return std::nullopt;

  Vector jump = crossing->gradient_above - crossing->gradient_below;
  jump /= NormsOf(jump).two;
  const Layout& layout = ending.problem().objective().layout();
  const bool rate = ending.optimizer.capabilities().rate && ending.at.learning_rate > 0;
  Finding finding;
  finding.code = "kink";
  finding.informational = !EndedShort(ending);
  finding.text = absl::StrFormat(
      "The objective has a kink where the run ended, across %s: the gradient does not become small "
      "there, %s.",
      MainCoordinates(layout, jump.cwiseAbs()),
      rate ? "and steps of one length jump over it; let the learning rate fall"
           : "so that only rules on steps or values can end a run");
  finding.evidence = absl::StrFormat(
      "within %.2g the slope along the gradient jumps from %.4g to %.4g, %.3g from the best "
      "iterate",
      crossing->far - crossing->near, ending.Signed(crossing->below),
      ending.Signed(crossing->above), crossing->far);
  if (finding.informational) return finding;
  if (rate) {
    SuggestFallingRate(ending, finding);
  } else if (x.size() <= 10) {
    finding.suggested_optimizer = FirstThatFits(ending.problem(), {"nelder_mead"});
  }
  return finding;
}

}  // namespace thalweg
