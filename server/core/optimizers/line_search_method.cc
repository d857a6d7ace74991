#include "server/core/optimizers/line_search_method.h"

#include <algorithm>
#include <cmath>

#include "absl/strings/str_format.h"
#include "server/core/violation.h"

namespace thalweg {
namespace {

// The first step to try against the gradient, for nothing is known of the curvature: no coordinate
// moves by more than 1.
double FirstAgainst(const Vector& gradient) {
  return 1 / std::max(1.0, gradient.lpNorm<Eigen::Infinity>());
}

}  // namespace

absl::StatusOr<std::unique_ptr<LineSearch>> MakeLineSearch(const Part& part) {
  auto search = MakeFrom(LineSearches(), "line search", part);
  if (!search.ok()) return Under("settings[line_search]", search.status());
  return search;
}

absl::Status LineSearchMethod::Step(Problem& problem, Iterate& at) {
  const Index n = at.x.size();
  if (direction_.size() != n) direction_.resize(n);
  if (absl::Status status = Fit(n); !status.ok()) return status;
  at.learning_rate = 0;
  stuck_ = false;

  if (Informed()) {
    Direct(at, direction_);
    const absl::StatusOr<bool> moved = Attempt(problem, 0, at);
    if (!moved.ok() || *moved) return moved.status();
    Forget();
    at.flags |= kRestarted;
    at.notes.push_back(
        {"restart", "Its direction led to nothing lower: steepest descent instead."});
  }
  direction_ = -at.gradient;
  const absl::StatusOr<bool> moved = Attempt(problem, FirstAgainst(at.gradient), at);
  if (!moved.ok() || *moved) return moved.status();
  Stay(at);
  return absl::OkStatus();
}

// One search along direction_, from `first` or, where that is 0, the method's own first step.
// Whether it moved.
absl::StatusOr<bool> LineSearchMethod::Attempt(Problem& problem, double first, Iterate& at) {
  const double slope = at.gradient.dot(direction_);
  if (!(slope < 0) || !std::isfinite(slope)) return false;
  if (first == 0) first = FirstStep(slope);
  Ray ray(problem, at, direction_, slope, kInfinity, place_);
  Trial trial;
  const absl::StatusOr<Found> found = search_->Search(ray, first, trial);
  if (!found.ok()) return found.status();
  at.trials += ray.trials();
  if (*found == Found::kNone || at.x == place_.x) {
    gain_ = -slope * first / 2;
    never_finite_ = ray.never_finite();
    return false;
  }
  at.x.swap(place_.x);
  at.gradient.swap(place_.gradient);
  std::swap(at.value, place_.value);
  at.learning_rate = trial.step;
  Learn({direction_, trial.step, slope, trial.slope, place_, at});
  return true;
}

// Where f is finite nowhere along the gradient, the last point tried is left for Descent to judge.
void LineSearchMethod::Stay(Iterate& at) {
  stuck_ = true;
  tried_ = at.trials;
  rounding_ = kValueRounding * std::abs(at.value);
  if (tried_ > 0 && never_finite_) {
    at.x.swap(place_.x);
    at.gradient.swap(place_.gradient);
    std::swap(at.value, place_.value);
  } else {
    at.flags |= kRejected;
  }
}

std::optional<StopReason> LineSearchMethod::Finished() const {
  if (!stuck_) return std::nullopt;
  StopReason reason;
  if (tried_ == 0) {
    reason.termination = Termination::kConverged;
    reason.criterion = "gradient_norm";
    reason.detail = "the gradient is zero";
    return reason;
  }
  const bool rounded = gain_ <= rounding_;
  reason.termination = Termination::kStalled;
  reason.criterion = "line_search";
  reason.measured = gain_;
  reason.threshold = rounding_;
  reason.detail = absl::StrFormat(
      "none of %d points along the descent direction is lower: %s", tried_,
      rounded
          ? absl::StrFormat("the gain to be expected, %.3g, is below the rounding of the value, "
                            "%.3g, so this is as low as the arithmetic tells",
                            gain_, rounding_)
          : absl::StrFormat("a gain of about %.3g was to be expected, so the gradient does not "
                            "belong to the value, or the objective is not smooth here",
                            gain_));
  return reason;
}

void LineSearchMethod::Remember(State& state) {
  state.Keep("stuck", stuck_);
  state.Keep("gain", gain_);
  state.Keep("rounding", rounding_);
  state.Keep("tried", tried_);
  Keep(state);
}

}  // namespace thalweg
