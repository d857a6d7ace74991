#include "server/core/optimizers/powell.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "absl/strings/str_format.h"
#include "server/core/entry_of.h"
#include "server/core/optimizers/direct_search.h"
#include "server/core/optimizers/line_minimum.h"
#include "server/core/violation.h"

namespace thalweg {
namespace {

constexpr int64_t kLinesAStep = 32;
// Of the step before, where a line's minimum was where it began.
constexpr double kShorter = 0.1;
// Of the value: a sweep that gains no more gains rounding.
constexpr double kNoGain = 1e-14;

// How far x may go along a direction within the bounds: back and forth.
void SetReach(const Bounds& bounds, const Vector& x, const Vector& direction, LineLimits& limits) {
  limits.low = -std::numeric_limits<double>::infinity();
  limits.high = std::numeric_limits<double>::infinity();
  if (!bounds.any()) return;
  for (Index i = 0; i < x.size(); ++i) {
    const double d = direction[i];
    if (d == 0) continue;
    const double to_lower = (bounds.lower[i] - x[i]) / d;
    const double to_upper = (bounds.upper[i] - x[i]) / d;
    limits.low = std::max(limits.low, std::min(to_lower, to_upper));
    limits.high = std::min(limits.high, std::max(to_lower, to_upper));
  }
  limits.low = std::min(limits.low, 0.0);
  limits.high = std::max(limits.high, 0.0);
}

}  // namespace

OptionTable<Powell::Options> Powell::Table() {
  return {
      {"initial_step", &Options::initial_step, kNonNegative,
       "first step along each coordinate, in units of x; at most half the box"},
      {"relative_step", &Options::relative_step, kNonNegative,
       "times |x_i| at the start, added to that: for coordinates of different sizes"},
      {"line_tolerance",
       &Options::line_tolerance,
       {0, 1, true, true},
       "how finely a line is searched, relative to the step along it"},
      {"step_tolerance", &Options::step_tolerance, kPositive,
       "it ends where a sweep along the axes moves no coordinate farther, over max(1, |x|)"},
  };
}

absl::Status Powell::Check(const Options& options) {
  if (options.initial_step > 0 || options.relative_step > 0) return absl::OkStatus();
  return Refuse("settings[initial_step]", Reason::kInvalidValue,
                "initial_step and relative_step must not both be 0: it would not move");
}

absl::Status Powell::Step(Problem& problem, Iterate& at) {
  if (directions_.cols() == 0) PointAlongAxes(problem, at.x);
  start_ = at.x;
  const int64_t lines = std::min<int64_t>(kLinesAStep, directions_.cols());
  for (int64_t i = 0; i < lines; ++i) {
    if (next_ == 0) BeginSweep(at);
    const double before = at.value;
    direction_ = directions_.col(next_);
    absl::Status status = MinimizeAlong(direction_, steps_[next_], problem, at);
    if (!status.ok()) return status;
    if (before - at.value > most_) {
      most_ = before - at.value;
      of_most_ = next_;
    }
    if (++next_ < directions_.cols()) continue;
    next_ = 0;
    if (status = EndSweep(problem, at); !status.ok()) return status;
    break;
  }
  if (directions_.cols() == 0) settled_ = true;  // every coordinate is fixed
  at.learning_rate = (at.x - start_).norm();
  if (at.x == start_) at.flags |= kRejected;
  return absl::OkStatus();
}

void Powell::PointAlongAxes(const Problem& problem, const Vector& x) {
  const std::vector<Index> free = FreeCoordinates(problem.bounds(), x.size());
  const auto count = static_cast<Index>(free.size());
  directions_.setZero(x.size(), count);
  steps_.resize(count);
  for (Index j = 0; j < count; ++j) {
    const Index i = free[static_cast<size_t>(j)];
    const double step = options_.initial_step + options_.relative_step * std::abs(x[i]);
    directions_(i, j) = 1;
    steps_[j] = std::abs(Neighbour(problem.bounds(), i, x[i], step) - x[i]);
  }
  along_axes_ = true;
}

void Powell::BeginSweep(const Iterate& at) {
  sweep_start_ = at.x;
  sweep_value_ = at.value;
  most_ = 0;
  of_most_ = 0;
}

absl::Status Powell::MinimizeAlong(const Vector& direction, double& step, Problem& problem,
                                   Iterate& at) {
  const double size = std::max(1.0, at.x.cwiseAbs().maxCoeff());
  LineLimits limits{.first_step = std::max(step, options_.step_tolerance * size),
                    .relative = options_.line_tolerance,
                    .absolute = kShorter * options_.step_tolerance * size};
  SetReach(problem.bounds(), at.x, direction, limits);
  const auto value_at = [&](double t, double& value) {
    trial_ = at.x + t * direction;
    problem.bounds().Project(trial_);
    ++at.trials;
    return problem.Value(trial_, value);
  };
  const auto lowest = LineMinimum(value_at, at.value, limits);
  if (!lowest.ok()) return lowest.status();
  step = lowest->t == 0 ? kShorter * limits.first_step : std::abs(lowest->t);
  if (lowest->value < at.value) {
    at.x += lowest->t * direction;
    problem.bounds().Project(at.x);
    at.value = lowest->value;
  }
  return absl::OkStatus();
}

absl::Status Powell::EndSweep(Problem& problem, Iterate& at) {
  moved_ = (at.x - sweep_start_).cwiseAbs().maxCoeff();
  move_limit_ = options_.step_tolerance * std::max(1.0, at.x.cwiseAbs().maxCoeff());
  const bool gained = sweep_value_ - at.value > kNoGain * std::abs(at.value);
  if (gained && moved_ > move_limit_) return Turn(problem, at);
  if (along_axes_) {
    settled_ = !gained || steps_.maxCoeff() <= move_limit_;
  } else {
    const double step = steps_.maxCoeff();
    PointAlongAxes(problem, at.x);
    steps_ = steps_.cwiseMin(std::max(step, std::sqrt(options_.step_tolerance)));
    at.flags |= kRestarted;
    at.notes.push_back({"restart",
                        "a sweep hardly moved x: the directions are the axes again, to "
                        "see whether they had become dependent"});
  }
  return absl::OkStatus();
}

// Powell (1964), section 3, in the form of Press et al. (2007), eq. (10.7.7).
absl::Status Powell::Turn(Problem& problem, Iterate& at) {
  direction_ = at.x - sweep_start_;
  trial_ = at.x + direction_;
  problem.bounds().Project(trial_);
  double extrapolated = 0;
  ++at.trials;
  if (auto status = problem.Value(trial_, extrapolated); !status.ok()) return status;
  extrapolated = Comparable(extrapolated);
  if (extrapolated >= sweep_value_) return absl::OkStatus();
  const double gain = sweep_value_ - at.value;
  const double bend = sweep_value_ - 2 * at.value + extrapolated;
  const double rest = gain - most_;
  const double through = sweep_value_ - extrapolated;
  if (2 * bend * rest * rest >= most_ * through * through) return absl::OkStatus();

  double step = direction_.norm();
  direction_ /= step;
  if (auto s = MinimizeAlong(direction_, step, problem, at); !s.ok()) return s;
  const Index last = directions_.cols() - 1;
  directions_.col(of_most_) = directions_.col(last);
  steps_[of_most_] = steps_[last];
  directions_.col(last) = direction_;
  steps_[last] = step;
  along_axes_ = false;
  return absl::OkStatus();
}

std::optional<StopReason> Powell::Finished() const {
  if (!settled_) return std::nullopt;
  return StopReason{
      Termination::kConverged,
      "sweep_step",
      moved_,
      move_limit_,
      absl::StrFormat("a sweep along the axes moved no coordinate by more than %.3g", moved_),
      {}};
}

void Powell::Remember(State& state) {
  state.Keep("directions", directions_);
  state.Keep("steps", steps_);
  state.Keep("along_axes", along_axes_);
  state.Keep("next", next_);
  state.Keep("sweep_start", sweep_start_);
  state.Keep("sweep_value", sweep_value_);
  state.Keep("most", most_);
  state.Keep("of_most", of_most_);
  state.Keep("moved", moved_);
  state.Keep("move_limit", move_limit_);
  state.Keep("settled", settled_);
  if (!state.writing() && (directions_.cols() != steps_.size() || next_ < 0 ||
                           next_ > steps_.size() || of_most_ < 0 || of_most_ > steps_.size())) {
    state.Fail("its directions and their steps do not fit together");
  }
}

OptimizerEntry PowellEntry() {
  return EntryOf<Optimizer, Powell>(
      {.name = "powell",
       .title = "Powell's direction set",
       .summary =
           "Minimises along one direction after another and learns conjugate directions from "
           "where that led. Needs values only.",
       .formula = "for each u_i: x = lowest of x + t*u_i; then the sweep's way x - x0 replaces the "
                  "u_i of the largest decrease, where f(2x - x0) says that it helps",
       .source = "Powell (1964); Brent (1973), ch. 5",
       .advice =
           "For smooth functions without gradients, up to some dozens of variables: far fewer "
           "values than nelder_mead on valleys. Not for noise or kinks, which mislead its "
           "line searches.",
       .example = "thalweg minimize --function rosenbrock --optimizer powell"});
}

}  // namespace thalweg
