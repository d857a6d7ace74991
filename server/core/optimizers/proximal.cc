#include "server/core/optimizers/proximal.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "absl/strings/str_format.h"
#include "server/core/penalty.h"
#include "server/core/violation.h"

namespace thalweg {
namespace {

constexpr double kShorter = 0.5;
constexpr int kMostHalvings = 100;
constexpr int kMostDoublings = 20;
// Of f: what rounding may add to a value that lies on the parabola.
constexpr double kRounding = 1e-15;
// Halvings up to which a rise of that size is put down to rounding, and not to too long a step.
constexpr int kStepsOfTrust = 3;

/// The objective's; none where it is maximised.
const Penalty* PenaltyOf(Problem& problem) {
  return problem.direction() == Direction::kMinimize ? problem.objective().penalty() : nullptr;
}

}  // namespace

absl::Status Proximal::Evaluate(Problem& problem, Place& place) {
  if (PenaltyOf(problem) == nullptr) {
    return problem.ValueAndGradient(place.x, place.f, place.slope);
  }
  Evaluations counted = problem.evaluations();
  ++counted.values;
  ++counted.gradients;
  problem.set_evaluations(counted);
  place.slope.resize(place.x.size());
  return problem.objective().SmoothValueAndGradient(place.x, place.f, place.slope);
}

OptionTable<Proximal::Options> Proximal::SharedTable() {
  return {
      {"l1", &Options::l1, kNonNegative,
       "weight of the penalty ||x||_1, which is added to the objective; 0: none"},
      {"first_step", &Options::first_step, kPositive,
       "first step length tried, in units of x over the gradient's; the first step fits it to f"},
  };
}

absl::Status Proximal::Begin(Problem& problem, Iterate& at) {
  const Penalty* const penalty = PenaltyOf(problem);
  if (penalty != nullptr && !penalty->separable() && problem.bounds().any()) {
    return Refuse("bounds", Reason::kInvalidValue,
                  "a step knows a penalty of groups, or bounds, but not both at once; leave the "
                  "bounds out, or choose the penalty l1");
  }
  Place start{at.x, 0, Vector::Zero(at.x.size())};
  absl::Status status = Evaluate(problem, start);
  KeepHere(start);
  Show(start, problem, at);
  return status;
}

// The first time, longer steps are tried too, while they stay below the parabola: there is no
// telling f's curvature beforehand.
absl::StatusOr<bool> Proximal::StepFrom(const Place& y, Problem& problem, Iterate& at,
                                        Place& found) {
  found.slope.resize(y.x.size());
  absl::StatusOr<bool> good = false;
  const double trusted = step_ * 0x1p-3;  // kStepsOfTrust halvings
  for (int i = 0; i < kMostHalvings; ++i) {
    good = Try(y, step_, i <= kStepsOfTrust ? kRounding : 0, problem, at, found);
    if (!good.ok() || *good) break;
    step_ *= kShorter;
  }
  // A step that was shortened until x stayed has found nothing.
  if (good.ok() && *good && step_ < trusted && found.x == y.x) good = false;
  if (good.ok() && *good && !std::exchange(searched_, true) && step_ == shared_.first_step) {
    Place longer{{}, 0, Vector(y.x.size())};
    for (int i = 0; i < kMostDoublings && found.x != y.x; ++i) {
      const absl::StatusOr<bool> better = Try(y, step_ / kShorter, 0, problem, at, longer);
      if (!better.ok()) return better;
      if (!*better) break;
      step_ /= kShorter;
      std::swap(found, longer);
    }
  }
  stuck_ = good.ok() && !*good;
  return good;
}

absl::StatusOr<bool> Proximal::Try(const Place& y, double step, double slack, Problem& problem,
                                   Iterate& at, Place& trial) const {
  trial.x = y.x - step * y.slope;
  const double threshold = step * shared_.l1;
  trial.x = (trial.x.array().abs() - threshold).max(0.0) * trial.x.array().sign();
  if (const Penalty* const penalty = PenaltyOf(problem)) penalty->Shrink(step, trial.x);
  problem.bounds().Project(trial.x);
  ++at.trials;
  if (auto status = Evaluate(problem, trial); !status.ok()) return status;
  const double length2 = (trial.x - y.x).squaredNorm();
  const double parabola = y.f + y.slope.dot(trial.x - y.x) + length2 / (2 * step);
  return trial.slope.allFinite() && std::isfinite(length2) &&
         trial.f <= parabola + slack * std::abs(y.f);
}

double Proximal::Penalised(const Place& place, Problem& problem) const {
  const Penalty* const penalty = PenaltyOf(problem);
  return place.f + shared_.l1 * place.x.lpNorm<1>() +
         (penalty == nullptr ? 0 : penalty->Value(place.x));
}

void Proximal::Show(const Place& place, Problem& problem, Iterate& at) const {
  at.x = place.x;
  at.value = Penalised(place, problem);
  at.gradient.resize(place.x.size());
  for (Index i = 0; i < place.x.size(); ++i) {
    const double g = place.slope[i];
    const double l1 = shared_.l1;
    const double x = place.x[i];
    at.gradient[i] = x > 0   ? g + l1
                     : x < 0 ? g - l1
                     : g > 0 ? std::max(g - l1, 0.0)
                             : std::min(g + l1, 0.0);
  }
  if (const Penalty* const penalty = PenaltyOf(problem)) penalty->AddShortest(at.x, at.gradient);
}

void Proximal::KeepHere(const Place& place) {
  f_ = place.f;
  slope_ = place.slope;
}

void Proximal::LengthenStep(double factor) { step_ *= factor; }

std::optional<StopReason> Proximal::Finished() const {
  if (!stuck_) return std::nullopt;
  return StopReason{
      Termination::kStalled,
      "backtracking",
      step_,
      shared_.first_step,
      absl::StrFormat("no step is short enough, down to a length of %.3g: the objective is not "
                      "smooth here, or its gradient is wrong",
                      step_),
      {}};
}

void Proximal::RememberShared(State& state) {
  state.Keep("step", step_);
  state.Keep("searched", searched_);
  state.Keep("stuck", stuck_);
  state.Keep("f", f_);
  state.Keep("slope", slope_);
}

}  // namespace thalweg
