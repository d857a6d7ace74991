#include "server/core/progress_meter.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace thalweg {
namespace {

Norms GradientNorms(const Problem& problem, const Iterate& at, Vector& scratch) {
  if (at.gradient.size() == 0) {
    const double unknown = std::numeric_limits<double>::quiet_NaN();
    return {unknown, unknown};
  }
  if (!problem.bounds().any()) return NormsOf(at.gradient);
  problem.bounds().ProjectedStep(at.x, at.gradient, scratch);
  return NormsOf(scratch);
}

// Less violation is better, down to what counts as none; then less value.
bool Better(double merit, double violation, const Best& best, double tolerance) {
  violation = std::max(violation, tolerance);
  const double before = std::max(best.violation, tolerance);
  return violation < before || (violation == before && merit < best.value);
}

}  // namespace

// In the problem's sign; NaN where it is not known.
double ProgressMeter::Merit(const Problem& problem, const Iterate& at) const {
  switch (best_by_) {
    case BestBy::kTraining:
      return problem.Signed(at.training_value);
    case BestBy::kValidation:
      return problem.Signed(at.validation_value);
    case BestBy::kValue:
      break;
  }
  return at.value;
}

void ProgressMeter::Begin(const Problem& problem, Iterate& at) {
  start_value_ = previous_value_ = at.value;
  if (batched_ && std::isfinite(at.training_value)) {
    start_value_ = problem.Signed(at.training_value);
  }
  has_best_ = false;
  Measure(problem, at);
}

void ProgressMeter::Look(const Problem& problem, double previous_value, Iterate& at) {
  previous_value_ = previous_value;
  Measure(problem, at);
}

void ProgressMeter::Measure(const Problem& problem, Iterate& at) {
  norms_ = GradientNorms(problem, at, projected_);
  // A step of finite length ended at a finite x; only the other kind needs a look.
  const bool x_finite = std::isfinite(at.step_norm) || at.x.allFinite();
  const bool slope_finite = at.gradient.size() == 0 || std::isfinite(norms_.max);
  const double merit = Merit(problem, at);
  at.flags &= ~(kNewBest | kNonFinite);
  if (!std::isfinite(at.value) || !std::isfinite(at.violation) || !slope_finite || !x_finite) {
    at.flags |= kNonFinite;
  } else if (!has_best_ || (std::isfinite(merit) && Better(merit, at.violation, best_,
                                                           problem.constraints().tolerance()))) {
    at.flags |= kNewBest;
    has_best_ = true;
    best_.iteration = at.iteration;
    best_.value = std::isnan(merit) ? std::numeric_limits<double>::infinity() : merit;
    best_.violation = at.violation;
    best_gradient_norm_ = norms_.two;
    best_.x = at.x;
  }
}

Progress ProgressMeter::ProgressAt(const Problem& problem, const Iterate& at,
                                   double elapsed_seconds) const {
  return {.at = at,
          .previous_value = previous_value_,
          .start_value = start_value_,
          .gradient_norm = norms_.two,
          .gradient_max = norms_.max,
          .best = best_,
          .elapsed_seconds = elapsed_seconds,
          .direction = problem.direction(),
          .batched = batched_,
          .feasible = at.violation <= problem.constraints().tolerance()};
}

void ProgressMeter::Remember(State& state) {
  state.Keep("start_value", start_value_);
  state.Keep("previous_value", previous_value_);
  state.Keep("gradient_norm", norms_.two);
  state.Keep("gradient_max", norms_.max);
  state.Keep("has_best", has_best_);
  state.Keep("best_iteration", best_.iteration);
  state.Keep("best_value", best_.value);
  state.Keep("best_violation", best_.violation);
  state.Keep("best_gradient_norm", best_gradient_norm_);
  state.Keep("best_x", best_.x);
}

}  // namespace thalweg
