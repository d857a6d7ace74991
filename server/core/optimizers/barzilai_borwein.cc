#include "server/core/optimizers/barzilai_borwein.h"

#include <algorithm>
#include <cmath>

#include "absl/strings/str_format.h"
#include "server/core/entry_of.h"
#include "server/core/line_search/wolfe.h"

namespace thalweg {
namespace {

// Rates outside are taken for accidents: (2000), section 3.
constexpr double kLeastRate = 1e-30;
constexpr double kMostRate = 1e30;
// A gain below so many times the rounding of f cannot be relied on to be seen.
constexpr double kNearRounding = 1e3;

}  // namespace

OptionTable<BarzilaiBorwein::Options> BarzilaiBorwein::Table() {
  return {
      {"rate",
       &Options::rate,
       {},
       "from the last step s and change of gradient y: s's/s'y, s'y/y'y, or both in turn",
       {"long", "short", "alternating"}},
      {"memory",
       &Options::memory,
       {1, 1000, false, false},
       "a step must be lower than the highest of so many values; 1: than the last"},
      {"c1", &Options::c1, kUnitOpen, "part of the gain that the slope promises and that is due"},
      {"max_trials", &Options::max_trials, kTrials, "most points tried for one step"},
  };
}

absl::Status BarzilaiBorwein::Step(Problem& problem, Iterate& at) {
  const Bounds& bounds = problem.bounds();
  if (values_.empty()) values_.push_back(at.value);
  if (rate_ == 0) rate_ = 1 / std::max(1.0, at.gradient.lpNorm<Eigen::Infinity>());
  direction_ = at.x - rate_ * at.gradient;
  bounds.Project(direction_);
  direction_ -= at.x;
  const double slope = direction_.dot(at.gradient);
  const double highest = *std::max_element(values_.begin(), values_.end());
  stuck_ = false;
  gain_ = -slope / 2;
  at.learning_rate = 0;
  x_.resize(at.x.size());
  gradient_.resize(at.x.size());

  // Near a minimum all values are the same but for rounding, which is then allowed for.
  const double rounding = kValueRounding * std::abs(highest);
  const double allowance = -slope <= kNearRounding * rounding ? rounding : 0;

  double step = 1;
  double value = 0;
  while (slope < 0 && at.trials < options_.max_trials) {
    ++at.trials;
    x_ = at.x + step * direction_;
    bounds.Project(x_);
    const absl::Status status = problem.ValueAndGradient(x_, value, gradient_);
    if (!status.ok()) return status;
    const bool finite = std::isfinite(value) && gradient_.allFinite();
    if (finite && value - highest <= options_.c1 * step * slope + allowance) {
      at.x.swap(x_);
      at.gradient.swap(gradient_);
      std::swap(at.value, value);
      at.learning_rate = step * rate_;
      Learn(step, slope, at);
      return absl::OkStatus();
    }
    // The minimum of the parabola, neither too near nor too far.
    const double parabola = -slope * step * step / (2 * (value - at.value - step * slope));
    step = finite ? std::clamp(parabola, 0.1 * step, 0.5 * step) : 0.1 * step;
  }
  if (at.trials > 0 && !std::isfinite(value)) {  // left for Descent to judge
    at.x.swap(x_);
    at.gradient.swap(gradient_);
    at.value = value;
  } else {
    at.flags |= kRejected;
  }
  stuck_ = true;
  return absl::OkStatus();
}

// x_ and gradient_ are those before the step.
void BarzilaiBorwein::Learn(double step, double slope, const Iterate& at) {
  values_.push_back(at.value);
  if (static_cast<int64_t>(values_.size()) > options_.memory) values_.erase(values_.begin());

  const double sy = step * (direction_.dot(at.gradient) - slope);
  const bool alternate = options_.rate == "alternating" && at.iteration % 2 == 1;
  const bool brief = options_.rate == "short" || alternate;
  const double ss = step * step * direction_.squaredNorm();
  const double rate = brief ? sy / (at.gradient - gradient_).squaredNorm() : ss / sy;
  rate_ = sy > 0 ? std::clamp(rate, kLeastRate, kMostRate) : kMostRate;
  // No coordinate goes farther than a thousand times what the largest gradient of 1 would.
  const double farthest = 1e3 / std::max(at.gradient.lpNorm<Eigen::Infinity>(), kLeastRate);
  if (sy <= 0) rate_ = std::min(rate_, farthest);
}

std::optional<StopReason> BarzilaiBorwein::Finished() const {
  if (!stuck_) return std::nullopt;
  StopReason reason;
  if (gain_ <= 0) {
    reason.termination = Termination::kConverged;
    reason.criterion = "gradient_norm";
    reason.detail =
        "there is no direction of descent: the gradient is zero, or points out of the bounds";
    return reason;
  }
  reason.termination = Termination::kStalled;
  reason.criterion = "line_search";
  reason.measured = gain_;
  reason.threshold = kValueRounding * std::abs(values_.back());
  reason.detail = absl::StrFormat(
      "none of %d points along the descent direction is low enough, though a gain of about %.3g "
      "was "
      "to be expected: the gradient does not belong to the value, or the objective is not smooth "
      "here",
      options_.max_trials, gain_);
  return reason;
}

void BarzilaiBorwein::Remember(State& state) {
  state.Keep("rate", rate_);
  state.Keep("values", values_);
  state.Keep("stuck", stuck_);
  state.Keep("gain", gain_);
}

OptimizerEntry BarzilaiBorweinEntry() {
  return EntryOf<Optimizer, BarzilaiBorwein>(
      {.name = "barzilai_borwein",
       .title = "Barzilai-Borwein (spectral projected gradient)",
       .summary = "Steepest descent at the rate that the last step's curvature tells, allowed to "
                  "rise now and then; projected onto bounds.",
       .formula =
           "x += a*(P(x - r*g) - x); r = s's/s'y, and f <= max of the last values + c1*a*g'd",
       .source = "Barzilai & Borwein (1988); Raydan (1997); Birgin, Martínez & Raydan (2000)",
       .advice = "For very many variables, with or without bounds, where a step must cost little "
                 "more than its gradient. The value rises at times: look at the best. lbfgs and "
                 "lbfgsb mostly need fewer evaluations.",
       .example = "thalweg minimize --function rosenbrock --dimension 1000 --optimizer "
                  "barzilai_borwein"});
}

}  // namespace thalweg
