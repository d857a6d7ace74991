#include "server/core/diagnosis/gradient_check.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <cmath>
#include <limits>
#include <optional>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace thalweg {
namespace {

constexpr size_t kSteps = kCheckSteps;  // 1e-1, 1e-2 ... 1e-12
constexpr double kSmallScale = 1e-3;  // coordinates smaller than this may have a scale of their own
constexpr double kSafety = 10;        // on the estimated resolution, which is no strict bound
constexpr double kSmallest = 1e-290;  // below, values lose digits to underflow
constexpr double kNoisy = 1e4;        // times rounding; cancellation in a sane formula stays below
constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

/// Values of f a step below and above x along one coordinate, and the slopes they make.
struct Sample {
  double step = 0;
  double below = 0, above = 0;  // slopes between x and its neighbours
  double central = 0;           // between the neighbours, or the finite one of the two
  double magnitude = 0;         // of the values: what their rounding is relative to
  double change = 0;            // the larger of the two from the value at x
  double rise = 0;              // from below to above, with its sign
};
using Sweep = std::array<Sample, kSteps>;  // from the longest step to the shortest

double Rounding(const Sample& sample) {
  return std::numeric_limits<double>::epsilon() * sample.magnitude + kSmallest;
}

Sample Between(double at, double low, double high, double value, double value_low,
               double value_high) {
  Sample sample;
  sample.step = (high - low) / 2;
  sample.below = (value - value_low) / (at - low);
  sample.above = (value_high - value) / (high - at);
  const bool has_low = std::isfinite(value_low);
  const bool has_high = std::isfinite(value_high);
  sample.central = has_low && has_high ? (value_high - value_low) / (high - low)
                   : has_low           ? sample.below
                   : has_high          ? sample.above
                                       : kNaN;
  sample.magnitude = std::max({std::abs(value), has_low ? std::abs(value_low) : 0.0,
                               has_high ? std::abs(value_high) : 0.0});
  sample.change = std::max(std::abs(value_high - value), std::abs(value_low - value));
  sample.rise = value_high - value_low;
  return sample;
}

/// The longest step is a tenth of `unit`.
absl::StatusOr<Sweep> SweepSteps(Objective& objective, Vector& x, Index i, double value,
                                 double unit) {
  Sweep sweep;
  const double at = x[i];
  double relative = 1;
  for (Sample& sample : sweep) {
    relative /= 10;
    const double step = relative * unit;
    const double low = at - step;
    const double high = at + step;
    double value_low = 0;
    double value_high = 0;
    x[i] = low;
    if (auto status = objective.Value(x, value_low); !status.ok()) return status;
    x[i] = high;
    if (auto status = objective.Value(x, value_high); !status.ok()) return status;
    sample = Between(at, low, high, value, value_low, value_high);
  }
  x[i] = at;
  return sweep;
}

struct Choice {
  size_t k = 0;  // place in the sweep; 0 where no difference is finite
  double resolution = kNaN;
};

/// The sample around which the differences change least, rounding (at least `noise`) included.
/// Truncation shrinks by 100 from one step to the next, so that a difference of two neighbours far
/// below a hundredth of the one before is a coincidence and not believed.
Choice Flattest(const Sweep& sweep, double noise) {
  Choice best;
  for (size_t k = 2; k < kSteps; ++k) {
    const double change = std::abs(sweep[k].central - sweep[k - 1].central);
    const double before = std::abs(sweep[k - 1].central - sweep[k - 2].central);
    if (!std::isfinite(sweep[k].central) || std::isnan(change)) continue;
    const double truncation = std::isnan(before) ? change : std::max(change, before / 100);
    const double error =
        truncation + std::max(noise, Rounding(sweep[k])) / std::max(sweep[k].step, kSmallest);
    if (best.k == 0 || error < best.resolution) best = {k, error};
  }
  return best;
}

/// The error of one value of f, from how much the differences over the shortest steps, where
/// it is all that is left, deviate from a good one.
double NoiseSeen(const Sweep& sweep, double difference) {
  double noise = 0;
  for (size_t k = kSteps - 3; k < kSteps; ++k) {
    const double deviation = std::abs(sweep[k].central - difference) * sweep[k].step;
    if (std::isfinite(deviation)) noise = std::max(noise, deviation);
  }
  return noise;
}

/// The unit in which values change, where short steps do not change them at all: what large terms
/// that cancel inside f leave of it. Otherwise 0.
double Quantum(const Sweep& sweep) {
  bool stands_still = false;
  double smallest = std::numeric_limits<double>::infinity();
  for (const Sample& sample : sweep) {
    if (sample.change == 0) stands_still = true;
    if (sample.change > 0) smallest = std::min(smallest, sample.change);
  }
  return stands_still && std::isfinite(smallest) ? smallest : 0;
}

/// The shortest step at which slopes below and above x are apart by as much as at longer ones,
/// well above rounding. In a smooth function they approach each other in proportion to the step.
std::optional<size_t> KinkSeen(const Sweep& sweep, double noise) {
  std::optional<size_t> shortest;
  const auto jump = [&](size_t k) { return std::abs(sweep[k].above - sweep[k].below); };
  const auto clear = [&](size_t k) {
    const double slope = std::max(std::abs(sweep[k].above), std::abs(sweep[k].below));
    const double rounding = 4 * std::max(noise, Rounding(sweep[k])) / sweep[k].step;
    return std::isfinite(jump(k)) && jump(k) > 20 * rounding && jump(k) > 1e-3 * slope;
  };
  for (size_t k = 2; k < kSteps; ++k) {
    const bool lasting = jump(k) > jump(k - 1) / 2 && jump(k - 1) > jump(k - 2) / 2;
    if (clear(k) && lasting) shortest = k;
  }
  return shortest;
}

/// What f jumps by at x: a rise that the shortest steps do not make smaller. Noise rises as well,
/// but never twice alike.
double JumpSeen(const Sweep& sweep) {
  const double jump = sweep.back().rise;
  if (!(std::abs(jump) > 1e3 * Rounding(sweep.back())) || !std::isfinite(jump)) return 0;
  for (size_t k = kSteps - 6; k < kSteps; ++k) {
    if (!(std::abs(sweep[k].rise - jump) < 0.01 * std::abs(jump))) return 0;
  }
  return jump;
}

/// Whether f stands still over the shortest steps but is seen to move over longer ones, by much
/// more than rounding makes it.
bool StairsSeen(const Sweep& sweep) {
  for (size_t k = kSteps - 3; k < kSteps; ++k) {
    if (sweep[k].change != 0) return false;
  }
  return Quantum(sweep) > kNoisy * Rounding(sweep.front());
}

/// What the rounding of x alone makes of the gradient: near a minimum both it and the difference
/// are nothing but rounding, each its own.
double GradientRounding(const Sample& sample, double at) {
  const double curvature = std::abs(sample.above - sample.below) / sample.step;
  const double rounding = std::numeric_limits<double>::epsilon() * std::max(1.0, std::abs(at));
  return std::isfinite(curvature) ? rounding * curvature : 0;
}

CoordinateCheck Judge(Index i, double at, double gradient, const Sweep& sweep, double tolerance) {
  CoordinateCheck check;
  check.coordinate = i;
  check.gradient = gradient;
  const Choice first = Flattest(sweep, 0);
  const double seen = NoiseSeen(sweep, sweep[first.k].central);
  check.noise = std::max({Rounding(sweep[first.k]), seen, Quantum(sweep)});
  check.noisy = seen > kNoisy * Rounding(sweep.front());
  const Choice choice = Flattest(sweep, check.noise);
  check.difference = choice.k == 0 ? kNaN : sweep[choice.k].central;
  check.step = sweep[choice.k].step;
  check.resolution = choice.resolution;
  check.absolute_error = std::abs(check.gradient - check.difference);
  const double scale = std::max(std::abs(check.gradient), std::abs(check.difference));
  check.relative_error = check.absolute_error == 0 ? 0 : check.absolute_error / scale;

  double low = check.difference;
  double high = check.difference;
  // A kink further away than the chosen step does not matter here.
  if (const auto kink = KinkSeen(sweep, check.noise); kink && choice.k <= *kink) {
    check.kink = true;
    check.slope_below = sweep[*kink].below;
    check.slope_above = sweep[*kink].above;
    low = std::min(check.slope_below, check.slope_above);
    high = std::max(check.slope_below, check.slope_above);
  } else if (choice.k != 0) {
    check.resolution += GradientRounding(sweep[choice.k], at);
  }
  check.stairs = StairsSeen(sweep);
  check.jump = JumpSeen(sweep);
  for (size_t k = 0; k < kSteps; ++k) {
    check.sweep[k] = {sweep[k].step, sweep[k].below, sweep[k].above, sweep[k].central};
  }
  const double slack = tolerance * scale + kSafety * check.resolution;
  check.passed = check.gradient >= low - slack && check.gradient <= high + slack;  // false for NaN
  if (check.jump != 0) check.passed = false;
  return check;
}

/// Equal but for what differences can show.
bool Alike(double gradient, double difference, const CoordinateCheck& check) {
  const double slack = 1e-3 * std::abs(difference) + kSafety * check.resolution;
  return std::abs(gradient - difference) <= slack;
}

using Checks = std::vector<const CoordinateCheck*>;

/// The one factor between gradient and difference in all of `failed`, if there is one.
std::optional<double> CommonFactor(const Checks& failed) {
  const double factor = failed.front()->gradient / failed.front()->difference;
  const bool common = std::all_of(failed.begin(), failed.end(), [&](const auto* check) {
    return Alike(check->gradient, factor * check->difference, *check);
  });
  return common && std::isfinite(factor) ? std::optional(factor) : std::nullopt;
}

/// Another coordinate of `failed` whose difference is what `check` has for its gradient.
const CoordinateCheck* Owner(const CoordinateCheck& check, const Checks& failed) {
  for (const CoordinateCheck* other : failed) {
    if (other != &check && Alike(check.gradient, other->difference, *other)) return other;
  }
  return nullptr;
}

std::string SuspectedBug(const Layout& layout, const Checks& failed, const CoordinateCheck& worst) {
  const std::string name = layout.CoordinateName(worst.coordinate);
  const auto where = failed.size() == 1
                         ? absl::StrCat("in ", name)
                         : absl::StrFormat("in %d coordinates, %s worst", failed.size(), name);
  const auto factor = CommonFactor(failed);
  if (factor && std::abs(*factor + 1) < 1e-3) {
    return absl::StrCat("wrong sign: the gradient is minus the differences ", where);
  }
  const bool moved = std::all_of(failed.begin(), failed.end(),
                                 [&](const auto* check) { return Owner(*check, failed); });
  if (moved) {
    return absl::StrFormat(
        "swapped index: the gradient has the derivative by %s in the place of %s",
        layout.CoordinateName(Owner(worst, failed)->coordinate), name);
  }
  if (factor && *factor == 0) {
    return absl::StrCat("missing term: the gradient is zero where f changes, ", where);
  }
  if (factor) {
    return absl::StrFormat("wrong factor: the gradient is %.4g times the differences %s", *factor,
                           where);
  }
  if (worst.difference == 0) {
    return absl::StrFormat(
        "wrong scale: no step in %s changes f by more than its rounding, yet the gradient is %.4g",
        name, worst.gradient);
  }
  return absl::StrFormat("wrong derivative: %.6g where differences give %.6g (%s)", worst.gradient,
                         worst.difference, where);
}

/// What made a check that passed weaker than it looks.
std::string Reservation(const Layout& layout, const std::vector<CoordinateCheck>& checks) {
  for (const CoordinateCheck& check : checks) {
    if (!check.rescaled) continue;
    return absl::StrFormat(
        "scale: along %s f varies over lengths of some %.1g, far from 1: only steps of that size "
        "show its slope",
        layout.CoordinateName(check.coordinate), 10 * check.sweep.front().step);
  }
  for (const CoordinateCheck& check : checks) {
    if (!check.kink) continue;
    return absl::StrFormat("kink: along %s the slope is %.4g below and %.4g above",
                           layout.CoordinateName(check.coordinate), check.slope_below,
                           check.slope_above);
  }
  for (const CoordinateCheck& check : checks) {
    const double scale = std::max(std::abs(check.gradient), std::abs(check.difference));
    if (!check.noisy || check.resolution < 0.01 * scale) continue;
    return absl::StrFormat(
        "noise: values of f are off by about %.1g, so that differences tell the "
        "derivative by %s to %.1g only",
        check.noise, layout.CoordinateName(check.coordinate), check.resolution);
  }
  return "";
}

std::string Suspicion(Objective& objective, const Vector& x, const GradientCheck& check) {
  const Layout& layout = objective.layout();
  const CoordinateCheck& worst = check.coordinates[check.worst];
  const std::string name = layout.CoordinateName(worst.coordinate);
  if (!std::isfinite(check.value) || !std::isfinite(worst.gradient)) {
    const std::string why = objective.ExplainNonFinite(x);
    return absl::StrCat("not finite: ", std::isfinite(check.value) ? "the gradient" : "f",
                        " is NaN or infinite at the point", why.empty() ? "" : ": ", why);
  }
  if (check.passed) return Reservation(layout, check.coordinates);
  if (std::isnan(worst.difference)) {
    return absl::StrCat("edge: f is finite at the point, but nowhere near it along ", name);
  }
  if (worst.jump != 0) {
    return absl::StrFormat("jump: along %s f jumps by %.4g at the point, where it has no slope",
                           name, worst.jump);
  }
  if (worst.stairs) {
    return absl::StrFormat(
        "noise: along %s f stands still over short steps and moves by some %.1g over longer ones, "
        "like something rounded; differences give %.4g, the gradient is %.4g",
        name, worst.noise, worst.difference, worst.gradient);
  }
  if (worst.kink) {
    return absl::StrFormat(
        "kink: along %s the slope is %.4g below and %.4g above; the gradient's "
        "%.4g is not between them",
        name, worst.slope_below, worst.slope_above, worst.gradient);
  }
  Checks failed;
  for (const CoordinateCheck& coordinate : check.coordinates) {
    if (!coordinate.passed) failed.push_back(&coordinate);
  }
  return SuspectedBug(layout, failed, worst);
}

/// Failed before passed; then by relative error, NaN first.
bool Worse(const CoordinateCheck& a, const CoordinateCheck& b) {
  if (a.passed != b.passed) return !a.passed;
  if (std::isnan(a.relative_error)) return !std::isnan(b.relative_error);
  return a.relative_error > b.relative_error;
}

}  // namespace

absl::StatusOr<GradientCheck> CheckGradient(Objective& objective, const Vector& x,
                                            const GradientCheckOptions& options) {
  const Index n = x.size();
  assert(n == objective.layout().size() && n > 0);
  GradientCheck result;
  Vector gradient(n);
  auto status = objective.ValueAndGradient(x, result.value, gradient);
  if (!status.ok()) return status;
  double value = 0;  // the differences' own: some objectives compute the two in different ways
  status = objective.Value(x, value);
  if (!status.ok()) return status;

  result.evaluations = {.values = 2, .gradients = 1};
  const Index count = std::min(n, std::max<Index>(options.most_coordinates, 1));
  Vector moved = x;
  for (Index k = 0; k < count; ++k) {
    const Index i = count == 1 ? 0 : k * (n - 1) / (count - 1);
    const double size = std::abs(x[i]);
    auto sweep = SweepSteps(objective, moved, i, value, std::max(1.0, size));
    if (!sweep.ok()) return sweep.status();
    CoordinateCheck check = Judge(i, x[i], gradient[i], *sweep, options.tolerance);
    result.evaluations.values += 2 * static_cast<int64_t>(kSteps);
    if (!check.passed && size > kSmallest && size < kSmallScale) {
      sweep = SweepSteps(objective, moved, i, value, size);
      if (!sweep.ok()) return sweep.status();
      result.evaluations.values += 2 * static_cast<int64_t>(kSteps);
      const CoordinateCheck closer = Judge(i, x[i], gradient[i], *sweep, options.tolerance);
      if (closer.passed) check = closer;
      check.rescaled = closer.passed;
    }
    result.coordinates.push_back(check);
  }

  const auto& checks = result.coordinates;
  result.worst =
      static_cast<size_t>(std::min_element(checks.begin(), checks.end(), Worse) - checks.begin());
  result.passed = std::isfinite(result.value) &&
                  std::all_of(checks.begin(), checks.end(), [](const auto& c) { return c.passed; });
  result.suspicion = Suspicion(objective, x, result);
  return result;
}

}  // namespace thalweg
