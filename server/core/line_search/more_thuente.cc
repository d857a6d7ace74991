#include <algorithm>
#include <cmath>

#include "server/core/entry_of.h"
#include "server/core/line_search/entries.h"
#include "server/core/line_search/interpolation.h"
#include "server/core/line_search/wolfe.h"

namespace thalweg {
namespace {

/// An interval that holds a good step, or the way to it. Section 2 of the paper: `best` has the
/// lowest value so far, `other` is the far end once `bracketed`.
struct Interval {
  Trial best, other;
  bool bracketed = false;

  double width() const { return std::abs(other.step - best.step); }
};

/// The trial to make after `trial`: section 4 of the paper, in its four cases. Takes `trial` into
/// the interval (section 2). `low` and `high` limit the step while nothing is bracketed.
double NextStep(Interval& interval, const Trial& trial, double low, double high) {
  Trial& best = interval.best;
  const double toward = trial.step - best.step;
  const bool slopes_oppose = best.slope < 0 ? trial.slope > 0 : trial.slope < 0;
  double next = 0;

  if (trial.change > best.change) {
    // 1: higher. The minimum is bracketed; near `best` the cubic is trusted, else the middle of
    // both.
    const double cubic = CubicMinimum(best, trial);
    const double quadratic = QuadraticMinimum(best, trial);
    const bool cubic_nearer = std::abs(cubic - best.step) < std::abs(quadratic - best.step);
    next = cubic_nearer ? cubic : cubic + (quadratic - cubic) / 2;
    interval.bracketed = true;
  } else if (slopes_oppose) {
    // 2: lower, with slopes of opposite sign. Bracketed; the step farther from the trial counts.
    const double cubic = CubicMinimum(trial, best);
    const double secant = SecantRoot(trial, best);
    next = std::abs(cubic - trial.step) > std::abs(secant - trial.step) ? cubic : secant;
    interval.bracketed = true;
  } else if (std::abs(trial.slope) < std::abs(best.slope)) {
    // 3: lower, and the slope falls. The cubic counts if it has a minimum beyond the trial.
    const double cubic = CubicMinimumBeyond(best, trial, low, high);
    const double secant = SecantRoot(trial, best);
    const bool cubic_nearer = std::abs(cubic - trial.step) < std::abs(secant - trial.step);
    next = cubic_nearer == interval.bracketed ? cubic : secant;
    if (interval.bracketed) {
      const double most = trial.step + 0.66 * (interval.other.step - trial.step);
      next = toward > 0 ? std::min(most, next) : std::max(most, next);
    } else {
      next = std::clamp(next, low, high);
    }
  } else if (interval.bracketed) {
    // 4: lower, and the slope does not fall: the minimum of the cubic with the other end.
    next = CubicMinimum(trial, interval.other);
  } else {
    next = toward > 0 ? high : low;
  }

  if (trial.change > best.change) {
    interval.other = trial;
  } else {
    if (slopes_oppose) interval.other = best;
    best = trial;
  }
  return next;
}

/// Moré & Thuente (1994), ACM TOMS 20: a step for the strong Wolfe conditions, from safeguarded
/// cubic and quadratic interpolation. While no step has both a decrease that suffices and a slope
/// >= 0, the auxiliary function psi(a) = phi(a) - phi(0) - c1*a*phi'(0) stands for phi (section 3).
class MoreThuente final : public LineSearch {
 public:
  struct Options {
    double c1 = 0.2;
    double c2 = 0.9;
    int64_t max_trials = 20;
  };
  static OptionTable<Options> Table() {
    return {
        {"c1", &Options::c1, kUnitOpen, "part of the gain that the slope promises and that is due"},
        {"c2", &Options::c2, kUnitOpen, "part of the slope that may be left, >= c1"},
        {"max_trials", &Options::max_trials, kTrials, "most points tried in one search"},
    };
  }
  static absl::Status Check(const Options& options) { return CheckWolfe(options.c1, options.c2); }
  explicit MoreThuente(const Options& options) : options_(options) {}

  absl::StatusOr<Found> Search(Ray& ray, double first, Trial& trial) const override {
    const auto& [c1, c2, max_trials] = options_;
    const double slope = ray.slope();
    ray.set_max_trials(max_trials);

    Interval interval;
    interval.best.slope = interval.other.slope = slope;
    double step = std::min(first, ray.longest());
    double low = 0;  // limits of the next trial
    double high = step * (1 + kFarthest);
    double width = 2 * ray.longest();  // of the interval, two trials ago
    double last_width = ray.longest();
    bool auxiliary = true;

    while (true) {
      const absl::StatusOr<bool> tried = ray.Try(step, interval.best.step, trial);
      if (!tried.ok()) return tried.status();
      if (!*tried) return ray.Settle(trial);

      const bool decreased = SufficientDecrease(trial, c1, slope);
      if (decreased && StrongCurvature(trial, c2, slope)) return Found::kStep;
      const bool at_the_end = trial.step >= ray.longest() && decreased && trial.slope <= c1 * slope;
      if (at_the_end) return ray.Settle(trial);
      if (decreased && trial.slope >= 0) auxiliary = false;

      // Relative to the auxiliary function a lower trial may not yet be low enough.
      if (auxiliary && trial.change <= interval.best.change && !decreased) {
        const double tilt = c1 * slope;
        Interval tilted{Tilted(interval.best, tilt), Tilted(interval.other, tilt),
                        interval.bracketed};
        step = NextStep(tilted, Tilted(trial, tilt), low, high);
        interval = {Tilted(tilted.best, -tilt), Tilted(tilted.other, -tilt), tilted.bracketed};
      } else {
        step = NextStep(interval, trial, low, high);
      }

      const double best = interval.best.step;
      if (interval.bracketed) {
        // The interval must shrink by a third in two trials.
        if (interval.width() >= 0.66 * width) step = best + (interval.other.step - best) / 2;
        width = last_width;
        last_width = interval.width();
        low = std::min(best, interval.other.step);
        high = std::max(best, interval.other.step);
        if (high - low <= kNarrowest * high || step <= low || step >= high) {
          return ray.Settle(trial);
        }
      } else {
        low = step + kNearest * (step - best);
        high = step + kFarthest * (step - best);
      }
      step = std::min(step, ray.longest());
    }
  }

 private:
  // How far beyond the last trial the next may lie, in lengths of the way from the best: section 4.
  static constexpr double kNearest = 1.1;
  static constexpr double kFarthest = 4;
  // Two steps nearer than this part of their size give values that differ by rounding alone.
  static constexpr double kNarrowest = 1e-14;

  static Trial Tilted(Trial trial, double tilt) {
    return {trial.step, trial.change - trial.step * tilt, trial.slope - tilt};
  }

  const Options options_;
};

}  // namespace

LineSearchEntry MoreThuenteEntry() {
  return EntryOf<LineSearch, MoreThuente>(
      {.name = "more_thuente",
       .title = "Moré-Thuente",
       .summary = "A step for the strong Wolfe conditions, by safeguarded cubic interpolation.",
       .formula = "f(x + a*d) <= f(x) + c1*a*g'd and |g(x + a*d)'d| <= c2*|g'd|",
       .source = "Moré & Thuente (1994), ACM TOMS 20, 286-307",
       .advice =
           "The usual choice for quasi-Newton methods, with c2 = 0.9; nonlinear conjugate "
           "gradients want c2 = 0.1. A step that is much too long and barely lower has mostly "
           "jumped into another valley: a small c1 takes it, the default does not.",
       .example = "thalweg minimize --function beale --optimizer bfgs"});
}

}  // namespace thalweg
