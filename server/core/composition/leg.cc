#include "server/core/composition/leg.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "server/core/norms.h"
#include "server/core/pairing.h"
#include "server/core/random.h"
#include "server/core/violation.h"

namespace thalweg {
namespace {

bool IsAstray(Termination termination) {
  return termination == Termination::kNonFinite || termination == Termination::kDiverged;
}

}  // namespace

absl::StatusOr<Leg> Leg::Make(Part optimizer, std::vector<Part> until) {
  auto made = MakeFrom(Optimizers(), "optimizer", optimizer);
  if (!made.ok()) return Under("optimizer", made.status());
  const Capabilities can = (*made)->capabilities();
  for (size_t i = 0; i < until.size(); ++i) {
    if (until[i].kind != "time" && until[i].kind != "pause") continue;
    return Refuse(absl::StrCat("until[", i, "].kind"), Reason::kInvalidValue,
                  absl::StrCat(until[i].kind,
                               " cannot end a part of a run, which must be the same each time; use "
                               "iterations or evaluations"));
  }
  if (absl::Status status = CheckRules(until, can); !status.ok()) return Under("until", status);
  auto rules = WithSafeguards(until, can.EndsAtSmallGradient());
  if (!rules.ok()) return Under("until", rules.status());
  Leg leg(std::move(optimizer), *std::move(rules));
  if (absl::Status status = leg.Renew(); !status.ok()) return status;
  return leg;
}

absl::Status Leg::Renew() {
  auto optimizer = MakeFrom(Optimizers(), "optimizer", part_);
  if (!optimizer.ok()) return optimizer.status();
  optimizer_ = *std::move(optimizer);
  rules_.clear();
  for (const Part& part : until_) {
    auto rule = MakeFrom(StoppingRules(), "stopping rule", part);
    if (!rule.ok()) return rule.status();
    rules_.push_back(*std::move(rule));
  }
  return absl::OkStatus();
}

absl::Status Leg::Begin(Problem& problem, int64_t stream, bool evaluated, Iterate& at) {
  if (absl::Status status = Renew(); !status.ok()) return status;
  begun_ = true;
  iteration_ = 0;
  stream_ = stream;
  const Capabilities can = optimizer_->capabilities();
  const bool lacks_gradient = can.gradient && at.gradient.size() == 0;
  at.gradient.resize(can.gradient ? at.x.size() : 0);
  absl::Status status;
  // Methods for sums of squares may minimise something else than the sum: a robust loss.
  if (!evaluated || lacks_gradient || can.residuals) status = optimizer_->Begin(problem, at);
  if (status.ok() && !evaluated) status = problem.MeasureViolation(at);
  if (status.ok()) meter_.Begin(problem, at);
  return status;
}

absl::StatusOr<std::optional<StopReason>> Leg::Step(Problem& problem, Iterate& at) {
  const int64_t outer = std::exchange(at.iteration, iteration_);
  const double value = at.value;
  previous_x_ = at.x;
  Problem own = problem.WithSeed(Random(problem.seed(), 0, stream_).Bits());
  const absl::Status status = optimizer_->Step(own, at);
  problem.set_evaluations(own.evaluations());
  at.evaluations = own.evaluations();
  at.iteration = ++iteration_;
  std::optional<StopReason> reason;
  if (status.ok()) {
    at.step_norm = Distance(at.x, previous_x_);
    meter_.Look(own, value, at);
    reason = Ask(rules_, meter_.ProgressAt(own, at, /*elapsed_seconds=*/0));
    // A leg does not pause: its run does.
    if (reason && reason->termination == Termination::kPaused) reason.reset();
    if (!reason) reason = optimizer_->Finished();
  }
  at.iteration = outer;
  if (!status.ok()) return status;
  if (reason && IsAstray(reason->termination)) {
    if (absl::Status back = GoBack(problem, at); !back.ok()) return back;
  }
  return reason;
}

// So that what is over for a part of the run is not over for the whole.
absl::Status Leg::GoBack(Problem& problem, Iterate& at) {
  if (best().x.size() == 0) return absl::OkStatus();
  at.x = best().x;
  at.violation = best().violation;
  at.flags |= kRejected;
  return at.gradient.size() > 0 ? problem.Evaluate(at) : problem.Value(at.x, at.value);
}

void Leg::Remember(State& state) {
  state.Keep("begun", begun_);
  state.Keep("leg_iteration", iteration_);
  state.Keep("stream", stream_);
  meter_.Remember(state);
  optimizer_->Remember(state);
  for (const auto& rule : rules_) rule->Remember(state);
}

Capabilities Together(const Capabilities& a, const Capabilities& b) {
  return {.gradient = a.gradient || b.gradient,
          .hessian = a.hessian || b.hessian,
          .residuals = a.residuals || b.residuals,
          .bounds = a.bounds && b.bounds,
          .needs_bounds = a.needs_bounds || b.needs_bounds,
          .constraints = a.constraints && b.constraints,
          .searches_on = a.searches_on || b.searches_on,
          .rate = false,
          .random = a.random || b.random,
          .rows = a.rows || b.rows,
          .linear_rows = a.linear_rows || b.linear_rows,
          .most_coordinates = std::min(a.most_coordinates, b.most_coordinates)};
}

}  // namespace thalweg
