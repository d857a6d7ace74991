#include <algorithm>
#include <array>
#include <cmath>

#include "absl/strings/str_format.h"
#include "server/core/diagnosis/suggestions.h"
#include "server/core/norms.h"

namespace thalweg {
namespace {

constexpr std::array kFar = {0.1, 0.3, 1.0, 3.0, 10.0, 30.0};  // times max(1, |x|)
constexpr double kFlat = 1e-4;  // slope times max(1, |x|), relative to what was gained further on
constexpr double kWorthIt = 1e-3;  // gain, relative to the value and to that of the start
constexpr Index kMostAxes = 8;     // searched where there is no slope at all

struct Gain {
  double value = 0;
  Vector x;
};

/// Steps along `direction` (unit), as long as nothing is in the way: the lowest point.
std::optional<Gain> Further(Probe& probe, const Vector& x, double value, const Vector& direction) {
  const double unit = std::max(1.0, NormsOf(x).two);
  std::optional<Gain> lowest;
  for (const double length : kFar) {
    Gain here{0, x + length * unit * direction};
    if (!probe.Value(here.x, here.value)) break;
    if (!lowest && here.value > value) break;  // a rise: not a plateau on this side
    if (here.value < (lowest ? lowest->value : value)) lowest = std::move(here);
  }
  return lowest;
}

std::optional<Gain> FurtherAnywhere(Probe& probe, const SecondOrder& around, const Vector& x) {
  const double slope = NormsOf(around.reduced_gradient).two;
  if (slope > 0) return Further(probe, x, around.value, -around.reduced_gradient / slope);
  std::optional<Gain> lowest;
  for (Index i = 0; i < std::min(x.size(), kMostAxes); ++i) {
    for (const double side : {1.0, -1.0}) {
      auto gain = Further(probe, x, around.value, side * Vector::Unit(x.size(), i));
      if (gain && (!lowest || gain->value < lowest->value)) lowest = std::move(gain);
    }
  }
  return lowest;
}

}  // namespace

/// Slope and curvature are next to nothing, which a rule takes for a minimum or small steps cannot
/// cross, but far out the value falls: the gradient has vanished, not been brought to zero.
std::optional<Finding> Plateau(Ending& ending) {
  if (!ending.certified || ending.certified->lower) return std::nullopt;
  const SecondOrder& around = ending.certified->around;
  if (around.curves_up() && IsStationary(ending)) return std::nullopt;
  const Vector& x = ending.best.x;
  const double unit = std::max(1.0, NormsOf(x).two);
  const double slope = NormsOf(around.reduced_gradient).two;
  const double size = std::max(std::abs(around.value), std::abs(ending.start_value));
  if (slope * unit > kFlat * size && slope * unit > 1e-6) return std::nullopt;
  const auto gain = FurtherAnywhere(ending.probe, around, x);
  if (!gain) return std::nullopt;
  const double gained = around.value - gain->value;
  if (!(gained > kWorthIt * size) || !(slope * unit <= kFlat * gained)) return std::nullopt;

  const bool down = ending.problem().direction() == Direction::kMinimize;
  Finding finding;
  finding.code = "plateau";
  finding.text = absl::StrFormat(
      "The run ended on a plateau, not at a %s: the gradient has vanished, but far out the value "
      "is "
      "%s. Start nearer to where it changes, or search a box.",
      down ? "minimum" : "maximum", down ? "lower" : "higher");
  finding.evidence = absl::StrFormat(
      "gradient norm %.3g, greatest curvature %.3g, value %.6g; value %.6g at a distance of %.3g",
      slope,
      around.extremes ? std::max(std::abs(around.extremes->least), around.extremes->greatest)
                      : std::nan(""),
      ending.Signed(around.value), ending.Signed(gain->value), Distance(gain->x, x));
  finding.suggested_start = StartAt(ending.problem(), gain->x);
  return finding;
}

}  // namespace thalweg
