#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "absl/strings/str_format.h"
#include "server/core/diagnosis/suggestions.h"
#include "server/core/norms.h"

namespace thalweg {
namespace {

constexpr int kValues = 9;
constexpr double kAlike = 4;       // noise levels of neighbouring orders differ by no more
constexpr double kSameLevel = 10;  // over spacings a hundred times as wide
constexpr double kBeyond = 1e4;    // times the rounding of f: what a sane formula does not exceed
constexpr std::array kSteps = {1e-10, 1e-8, 1e-6};  // times max(1, |x|)

/// ECnoise: the noise of values at equal distances, from the table of their differences. Moré &
/// Wild (2011), "Estimating computational noise", section 6. 0 where the table shows none.
double NoiseIn(std::array<double, kValues> values) {
  std::array<double, kValues> level = {};
  std::array<bool, kValues> changes_sign = {};
  double gamma = 1;  // (k!)^2 / (2k)!
  for (int k = 1; k < kValues; ++k) {
    double sum = 0;
    bool up = false;
    bool down = false;
    for (int i = 0; i + k < kValues; ++i) {
      const auto at = static_cast<size_t>(i);
      values[at] = values[at + 1] - values[at];
      sum += values[at] * values[at];
      up |= values[at] > 0;
      down |= values[at] < 0;
    }
    gamma *= 0.5 * k / (2.0 * k - 1);
    level[static_cast<size_t>(k)] = std::sqrt(gamma * sum / (kValues - k));
    changes_sign[static_cast<size_t>(k)] = up && down;
  }
  for (size_t k = 1; k + 2 < kValues - 1; ++k) {
    const double low = std::min({level[k], level[k + 1], level[k + 2]});
    const double high = std::max({level[k], level[k + 1], level[k + 2]});
    if (changes_sign[k] && low > 0 && high <= kAlike * low) return level[k];
  }
  return 0;
}

double NoiseAt(Probe& probe, const Vector& x, double step) {
  Vector direction(x.size());
  for (Index i = 0; i < x.size(); ++i) direction[i] = 1 + 0.3 * static_cast<double>(i % 5);
  direction /= NormsOf(direction).two;
  std::array<double, kValues> values;
  for (size_t i = 0; i < kValues; ++i) {
    const double t = step * (static_cast<double>(i) - kValues / 2);
    if (!probe.Value(x + t * direction, values[i])) return 0;
  }
  return NoiseIn(values);
}

}  // namespace

/// Values so close together that f should be a straight line scatter, by far more than rounding:
/// gradients and small steps mean little below that level.
std::optional<Finding> Noise(Ending& ending) {
  if (IsStationary(ending) && !EndedShort(ending)) return std::nullopt;
  const Vector& x = ending.best.x;
  const double unit = std::max(1.0, NormsOf(x).two);
  double noise = 0;
  double before = 0;
  for (const double step : kSteps) {
    const double here = NoiseAt(ending.probe, x, step * unit);
    // Of one level over two spacings: what a kink or curvature makes grows with them.
    const bool alike = here <= kSameLevel * before && before <= kSameLevel * here;
    if (alike) noise = std::max(noise, std::min(here, before));
    before = here;
  }
  const double size = std::max(std::abs(ending.best.value), std::abs(ending.start_value));
  const double rounding = std::numeric_limits<double>::epsilon() * size;
  if (!(noise > kBeyond * rounding)) return std::nullopt;

  const double change = RoundedUp(10 * noise);
  Finding finding;
  finding.code = "noise";
  finding.text = absl::StrFormat(
      "Values of the objective are noisy, by about %.2g, far above rounding: neither its gradient "
      "nor changes below that mean anything. Use a method without gradients, and stop at changes "
      "of "
      "%.2g.",
      noise, change);
  finding.evidence = absl::StrFormat(
      "differences of %d values around the best iterate, %.0e and more apart, scatter by %.2g; "
      "rounding would make %.2g",
      kValues, kSteps.front() * unit, noise, rounding);
  finding.suggested_optimizer =
      FirstThatFits(ending.problem(), {"nelder_mead", "cma_es", "pattern_search"});
  if (finding.suggested_optimizer && finding.suggested_optimizer->kind == ending.method.kind) {
    finding.suggested_optimizer.reset();
  }
  finding.suggested_stopping = {Rule("value_change", change)};
  return finding;
}

}  // namespace thalweg
