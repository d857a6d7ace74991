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

// How far x + a*direction stays within the bounds. At least 1, for x + direction is within but for
// rounding, which Ray takes care of.
double LongestStep(const Bounds& bounds, const Vector& x, const Vector& direction) {
  if (!bounds.any()) return kInfinity;
  double longest = kInfinity;
  for (Index i = 0; i < x.size(); ++i) {
    if (direction[i] == 0) continue;
    const double bound = direction[i] > 0 ? bounds.upper[i] : bounds.lower[i];
    longest = std::min(longest, (bound - x[i]) / direction[i]);
  }
  return std::max(longest, 1.0);
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
  Fit(n);
  at.learning_rate = 0;
  stuck_ = false;

  if (Informed()) {
    Direct(problem.bounds(), at, direction_);
    const double slope = at.gradient.dot(direction_);
    const absl::StatusOr<bool> moved = Attempt(problem, slope, FirstStep(slope), at);
    if (!moved.ok() || *moved) return moved.status();
    Forget();
    at.flags |= kRestarted;
    at.notes.push_back(
        {"restart", "Its direction led to nothing lower: steepest descent instead."});
  }
  const double first = Against(problem.bounds(), at);
  const absl::StatusOr<bool> moved = Attempt(problem, at.gradient.dot(direction_), first, at);
  if (!moved.ok() || *moved) return moved.status();
  Stay(at);
  return absl::OkStatus();
}

// Makes direction_ that of steepest descent, within bounds the way to the projection of a first
// step. Returns the first step along it.
double LineSearchMethod::Against(const Bounds& bounds, const Iterate& at) {
  const double first = FirstAgainst(at.gradient);
  if (!bounds.any()) {
    direction_ = -at.gradient;
    return first;
  }
  direction_ = at.x - first * at.gradient;
  bounds.Project(direction_);
  direction_ -= at.x;
  return 1;
}

// One search along direction_, of this slope. Whether it moved.
absl::StatusOr<bool> LineSearchMethod::Attempt(Problem& problem, double slope, double first,
                                               Iterate& at) {
  if (!(slope < 0) || !std::isfinite(slope)) return false;
  Ray ray(problem, at, direction_, slope, LongestStep(problem.bounds(), at.x, direction_), place_);
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
    reason.detail =
        "there is no direction of descent: the gradient is zero, or points out of the bounds";
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
