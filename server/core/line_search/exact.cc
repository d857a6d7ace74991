#include <algorithm>
#include <cmath>

#include "server/core/entry_of.h"
#include "server/core/line_search/entries.h"
#include "server/core/line_search/interpolation.h"
#include "server/core/line_search/wolfe.h"

namespace thalweg {
namespace {

/// The nearest minimum along the ray: a root of phi'. On a quadratic the secant through two slopes
/// is exact, so two trials are made. Elsewhere the root is bracketed and refined by secants, with
/// the middle of the bracket wherever they do not halve it in two trials, until
/// |phi'(a)| <= tolerance*|phi'(0)| or no double lies between the ends.
class Exact final : public LineSearch {
 public:
  struct Options {
    double tolerance = 1e-8;
    int64_t max_trials = 60;
  };
  static OptionTable<Options> Table() {
    return {
        {"tolerance", &Options::tolerance, kUnitOpen, "part of the slope that may be left"},
        {"max_trials", &Options::max_trials, kTrials, "most points tried in one search"},
    };
  }
  explicit Exact(const Options& options) : options_(options) {}

  absl::StatusOr<Found> Search(Ray& ray, double first, Trial& trial) const override {
    ray.set_max_trials(options_.max_trials);
    const Trial start{0, 0, ray.slope()};
    Trial low = start;     // falling, and not above the start
    Trial high;            // beyond the minimum, once bracketed
    Trial before = start;  // the trial before the last
    bool bracketed = false;
    double width = 0;  // of the bracket, two trials ago
    double last_width = 0;
    double step = std::min(first, ray.longest());

    while (true) {
      const absl::StatusOr<bool> tried = ray.Try(step, low.step, trial);
      if (!tried.ok()) return tried.status();
      if (!*tried) return ray.Settle(trial);
      const bool lower = trial.change < 0;
      if (lower && std::abs(trial.slope) <= -options_.tolerance * start.slope) return Found::kStep;
      if (lower && trial.slope < 0 && trial.step >= ray.longest()) return ray.Settle(trial);

      const bool beyond = trial.slope >= 0 || trial.change > low.change;
      if (beyond && !bracketed) width = last_width = 2 * (trial.step - low.step);
      bracketed = bracketed || beyond;
      const double root = SecantRoot(before, trial);
      before = trial;
      (beyond ? high : low) = trial;

      if (!bracketed) {
        step = std::min(root > trial.step ? root : kGrow * trial.step, ray.longest());
        continue;
      }
      const double now = high.step - low.step;
      if (now <= kNarrowest * high.step) {
        if (lower) return Found::kStep;
        return ray.Settle(trial);
      }
      const bool inside = root > low.step && root < high.step;
      step = inside && now <= width / 2 ? root : low.step + now / 2;
      width = last_width;
      last_width = now;
    }
  }

 private:
  static constexpr double kGrow = 10;          // times the last step, where the slope does not rise
  static constexpr double kNarrowest = 1e-15;  // a bracket of this part of its end is a point

  const Options options_;
};

}  // namespace

LineSearchEntry ExactEntry() {
  return EntryOf<LineSearch, Exact>(
      {.name = "exact",
       .title = "Exact",
       .summary = "Goes to the nearest minimum along the direction: in two trials on quadratics, "
                  "elsewhere to a tolerance.",
       .formula = "g(x + a*d)'d = 0",
       .source = "Cauchy (1847); safeguarded secants: Dekker (1969)",
       .advice = "For quadratics, and to see what a method would do with perfect steps. On other "
                 "functions the trials it takes are better spent on more steps.",
       .example = "thalweg minimize --function beale --optimizer conjugate_gradient "
                  "--set line_search=exact"});
}

}  // namespace thalweg
