// Descent: what objectives of data add to it: rows seen by batches, figures of whole epochs.
#include <cmath>
#include <limits>

#include "server/core/descent.h"
#include "server/core/norms.h"

namespace thalweg {
namespace {

constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();

// Each evaluation is a pass over the rows that it sees.
int64_t Passes(const Evaluations& spent) { return spent.values + spent.hessian_products; }

// 2-norms of a gradient by variable, into `norms`.
void NormsByVariable(const Layout& layout, const Vector& gradient, Vector& norms) {
  norms.resize(static_cast<Index>(layout.variables().size()));
  Index first = 0;
  Index i = 0;
  for (const Variable& variable : layout.variables()) {
    norms[i++] = NormsOf(Vector(gradient.segment(first, variable.length))).two;
    first += variable.length;
  }
}

}  // namespace

// After a step, and at the start.
absl::Status Descent::Observe() {
  if (!feed_.any()) return absl::OkStatus();
  at_.training_value = at_.validation_value = kUnknown;
  if (objective_->layered() && at_.gradient.size() > 0) {
    NormsByVariable(objective_->layout(), at_.gradient, at_.variable_gradient_norms);
  }
  if (at_.iteration == 0) passes_at_start_ = Passes(at_.evaluations);
  if (feed_.batched()) {
    at_.epoch = feed_.EpochAt(at_.iteration);
    return feed_.EpochEndsAt(at_.iteration) ? MeasureAllRows() : absl::OkStatus();
  }
  at_.epoch = regime_.optimizer().capabilities().rows
                  ? static_cast<double>(at_.iteration)
                  : static_cast<double>(Passes(at_.evaluations) - passes_at_start_);
  return feed_.validates() ? MeasureAllRows() : absl::OkStatus();
}

// Not counted among the evaluations: these are no steps' work.
absl::Status Descent::MeasureAllRows() {
  if (feed_.batched()) {
    feed_.ShowAll();
    const absl::Status status = objective_->Value(at_.x, at_.training_value);
    if (!status.ok()) return status;
  }
  if (feed_.validates()) {
    const absl::Status status = feed_.rows().Validation(at_.x, at_.validation_value);
    if (!status.ok()) return status;
  }
  const double training = feed_.batched() ? at_.training_value : problem_->Signed(at_.value);
  curve_.Add({at_.epoch, training, at_.validation_value});
  return absl::OkStatus();
}

// In the middle of an epoch the last iterate has not been measured yet; where it cannot be, it
// stays as it is.
void Descent::MeasureLast() {
  const bool measured = !std::isnan(at_.training_value);
  if (!feed_.batched() || measured || (at_.flags & kNonFinite) != 0) return;
  if (!MeasureAllRows().ok()) return;
  meter_.Look(*problem_, meter_.previous_value(), at_);
}

// Evaluations see all rows already.
Best Descent::BestByValue() {
  Best best = meter_.best();
  if (!feed_.validates()) return best;
  const Evaluations counted = problem_->evaluations();
  double value = kUnknown;
  if (problem_->Value(best.x, value).ok()) best.value = value;
  problem_->set_evaluations(counted);
  return best;
}

void Descent::RememberRows(State& state) {
  state.Keep("epoch", at_.epoch);
  state.Keep("training_value", at_.training_value);
  state.Keep("validation_value", at_.validation_value);
  state.Keep("variable_gradient_norms", at_.variable_gradient_norms);
  state.Keep("passes_at_start", passes_at_start_);
  curve_.Remember(state);
}

}  // namespace thalweg
