#include <cmath>

#include "server/core/entry_of.h"
#include "server/core/line_search/entries.h"
#include "server/core/line_search/interpolation.h"
#include "server/core/line_search/wolfe.h"

namespace thalweg {
namespace {

/// Hager & Zhang (2005), SIAM J. Optim. 16: brackets a minimum, then narrows the bracket by double
/// secant steps until a trial fulfils the Wolfe conditions or the approximate ones, in which slopes
/// stand for values. Names and steps (B1, U3, S2 ...) are the paper's; delta = c1, sigma = c2.
class HagerZhang final : public LineSearch {
 public:
  struct Options {
    double c1 = 0.1;
    double c2 = 0.9;
    double epsilon = 1e-6;
    int64_t max_trials = 50;
  };
  static OptionTable<Options> Table() {
    return {
        {"c1",
         &Options::c1,
         {0, 0.5, true, true},
         "part of the gain that the slope promises and that is due; delta in the paper"},
        {"c2", &Options::c2, kUnitOpen, "part of the slope that may be left, >= c1; sigma"},
        {"epsilon", &Options::epsilon, kNonNegative,
         "the approximate conditions allow f to rise by this part of its size"},
        {"max_trials", &Options::max_trials, kTrials, "most points tried in one search"},
    };
  }
  static absl::Status Check(const Options& options) { return CheckWolfe(options.c1, options.c2); }
  explicit HagerZhang(const Options& options) : options_(options) {}

  absl::StatusOr<Found> Search(Ray& ray, double first, Trial& trial) const override {
    ray.set_max_trials(options_.max_trials);
    return Bracketing(options_, ray, trial).Run(std::min(first, ray.longest()));
  }

 private:
  class Bracketing {
   public:
    Bracketing(const Options& options, Ray& ray, Trial& trial)
        : options_(options),
          rise_(options.epsilon * std::abs(ray.value())),
          ray_(ray),
          trial_(trial) {}

    absl::StatusOr<Found> Run(double first) {
      Trial a, b;
      bool go_on = Bracket(first, a, b);
      while (go_on) {
        const double width = b.step - a.step;
        go_on = SecantSquared(a, b);
        if (!go_on) break;
        if (b.step - a.step > kShrink * width) {
          go_on = Update(a, b, a.step + (b.step - a.step) / 2);
        }
        if (b.step - a.step <= kNarrowest * b.step) break;
      }
      if (!status_.ok()) return status_;
      if (accepted_) return Found::kStep;
      return ray_.Settle(trial_);
    }

   private:
    // Each of these goes on as long as it returns true. It does not when a trial was accepted, the
    // trials are used up, or an evaluation could not be made.

    bool Try(double step, double good) {
      const absl::StatusOr<bool> tried = ray_.Try(step, good, trial_);
      status_ = tried.status();
      if (!tried.ok() || !*tried) return false;
      const double slope = ray_.slope();
      const bool steep = trial_.slope < options_.c2 * slope;
      const bool wolfe = SufficientDecrease(trial_, options_.c1, slope);
      const bool approximate = Low(trial_) && trial_.slope <= (2 * options_.c1 - 1) * slope;
      accepted_ = !steep && (wolfe || approximate);
      return !accepted_;
    }

    bool Low(const Trial& trial) const { return trial.change <= rise_; }

    // B0 - B3. a has a low value and a negative slope, b a slope >= 0.
    bool Bracket(double step, Trial& a, Trial& b) {
      a = Trial{0, 0, ray_.slope()};
      while (Try(step, a.step)) {
        if (trial_.slope >= 0) {
          b = trial_;
          return true;
        }
        if (!Low(trial_)) {
          a = Trial{0, 0, ray_.slope()};
          return Halve(a, b, trial_);
        }
        if (trial_.step >= ray_.longest()) return false;
        a = trial_;
        step = std::min(kGrow * trial_.step, ray_.longest());
      }
      return false;
    }

    // U0 - U3: takes the point at `step` into the bracket.
    bool Update(Trial& a, Trial& b, double step) {
      if (!(step > a.step && step < b.step)) return true;
      if (!Try(step, a.step)) return false;
      if (trial_.slope >= 0) {
        b = trial_;
        return true;
      }
      if (!Low(trial_)) return Halve(a, b, trial_);
      a = trial_;
      return true;
    }

    // U3: between a, low and falling, and `high`, high and falling, there is a minimum.
    bool Halve(Trial& a, Trial& b, Trial high) {
      while (high.step - a.step > kNarrowest * high.step) {
        if (!Try(a.step + (high.step - a.step) / 2, a.step)) return false;
        if (trial_.slope >= 0) {
          b = trial_;
          return true;
        }
        (Low(trial_) ? a : high) = trial_;
      }
      return false;
    }

    // S1 - S4.
    bool SecantSquared(Trial& a, Trial& b) {
      const Trial old_a = a;
      const Trial old_b = b;
      const double c = SecantRoot(a, b);
      if (!Update(a, b, c)) return false;
      if (c == b.step) return Update(a, b, SecantRoot(old_b, b));
      if (c == a.step) return Update(a, b, SecantRoot(old_a, a));
      return true;
    }

    const Options& options_;
    const double rise_;
    Ray& ray_;
    Trial& trial_;
    bool accepted_ = false;
    absl::Status status_;
  };

  static constexpr double kGrow = 5;           // rho
  static constexpr double kShrink = 0.66;      // gamma
  static constexpr double kNarrowest = 1e-14;  // a bracket of this part of its end is a point

  const Options options_;
};

}  // namespace

LineSearchEntry HagerZhangEntry() {
  return EntryOf<LineSearch, HagerZhang>(
      {.name = "hager_zhang",
       .title = "Hager-Zhang",
       .summary = "A step for the Wolfe conditions, or for the approximate ones that hold to full "
                  "precision near a minimum, by double secant steps.",
       .formula =
           "(2*c1 - 1)*g'd >= g(x + a*d)'d >= c2*g'd and f(x + a*d) <= f(x) + epsilon*|f(x)|",
       .source = "Hager & Zhang (2005), SIAM J. Optim. 16, 170-192",
       .advice = "For answers to the last digit, and for conjugate gradients. It may let f rise by "
                 "epsilon times its size.",
       .example = "thalweg minimize --function beale --optimizer conjugate_gradient"});
}

}  // namespace thalweg
