#include <algorithm>

#include "server/core/entry_of.h"
#include "server/core/line_search/entries.h"
#include "server/core/line_search/wolfe.h"

namespace thalweg {
namespace {

// Where the cubic through phi(0), phi'(0) and the values at two steps has its minimum: Dennis &
// Schnabel (1983), algorithm A6.3.1. NaN where it has none.
double CubicFromValues(double slope, const Trial& last, const Trial& before) {
  const double l = last.step;
  const double b = before.step;
  const double rest_l = (last.change - slope * l) / (l * l);
  const double rest_b = (before.change - slope * b) / (b * b);
  const double third = (rest_l - rest_b) / (l - b);
  const double second = (l * rest_b - b * rest_l) / (l - b);
  if (third == 0) return -slope / (2 * second);
  return (-second + std::sqrt(second * second - 3 * third * slope)) / (3 * third);
}

/// Armijo (1966): the first of ever shorter steps whose decrease suffices. The next is where a
/// model through the values so far is lowest, kept between a tenth and a half of the last.
class Backtracking final : public LineSearch {
 public:
  struct Options {
    double c1 = 1e-4;
    std::string interpolation = "cubic";
    int64_t max_trials = 30;
  };
  static OptionTable<Options> Table() {
    return {
        {"c1", &Options::c1, kUnitOpen, "part of the gain that the slope promises and that is due"},
        {"interpolation",
         &Options::interpolation,
         {},
         "how the next step is chosen: by a model through the values, or half the last",
         {"cubic", "quadratic", "halving"}},
        {"max_trials", &Options::max_trials, kTrials, "most points tried in one search"},
    };
  }
  explicit Backtracking(const Options& options) : options_(options) {}

  absl::StatusOr<Found> Search(Ray& ray, double first, Trial& trial) const override {
    const double slope = ray.slope();
    ray.set_max_trials(options_.max_trials);
    double step = std::min(first, ray.longest());
    Trial before;  // the trial before the last; none at step 0
    while (true) {
      const absl::StatusOr<bool> tried = ray.Try(step, 0, trial);
      if (!tried.ok()) return tried.status();
      if (!*tried) return ray.Settle(trial);
      if (SufficientDecrease(trial, options_.c1, slope)) return Found::kStep;
      step = std::clamp(Model(slope, trial, before), kShortest * trial.step, kLongest * trial.step);
      before = trial;
    }
  }

 private:
  static constexpr double kShortest = 0.1;
  static constexpr double kLongest = 0.5;

  double Model(double slope, const Trial& last, const Trial& before) const {
    if (options_.interpolation == "halving") return kLongest * last.step;
    const double quadratic =
        -slope * last.step * last.step / (2 * (last.change - slope * last.step));
    if (options_.interpolation == "quadratic" || before.step == 0) return quadratic;
    const double cubic = CubicFromValues(slope, last, before);
    return std::isfinite(cubic) ? cubic : quadratic;
  }

  const Options options_;
};

}  // namespace

LineSearchEntry BacktrackingEntry() {
  return EntryOf<LineSearch, Backtracking>(
      {.name = "backtracking",
       .title = "Backtracking (Armijo)",
       .summary = "Shortens the step until the objective falls enough for its length.",
       .formula = "f(x + a*d) <= f(x) + c1*a*g'd",
       .source = "Armijo (1966); interpolation: Dennis & Schnabel (1983), A6.3.1",
       .advice = "The cheapest where the first step is nearly always good: BFGS and L-BFGS near a "
                 "minimum. It never lengthens a step, so conjugate gradients want another.",
       .example = "thalweg minimize --function beale --optimizer bfgs "
                  "--set line_search=backtracking"});
}

}  // namespace thalweg
