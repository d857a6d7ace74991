#include "server/core/descent.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string_view>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "server/core/diagnosis/diagnosis.h"
#include "server/core/order_of_sums.h"
#include "server/core/pairing.h"
#include "server/core/violation.h"

namespace thalweg {
namespace {

// Of Lanczos, for the certificate of a large problem: two passes of at most so many products.
constexpr int64_t kFewSteps = 20;
constexpr int64_t kManySteps = 48;

void Append(const absl::Status& status, std::vector<Violation>& violations) {
  for (Violation& violation : ViolationsOf(status)) violations.push_back(std::move(violation));
}

bool Has(std::string_view code, const std::vector<Finding>& findings) {
  return std::any_of(findings.begin(), findings.end(),
                     [code](const Finding& finding) { return finding.code == code; });
}

absl::Status CheckBounds(const Bounds& bounds, const Layout& layout) {
  if (!bounds.any()) return absl::OkStatus();
  if (bounds.lower.size() != layout.size() || bounds.upper.size() != layout.size()) {
    return Refuse("bounds", Reason::kWrongShape,
                  absl::StrFormat("expected %d coordinates, got %d lower and %d upper bounds",
                                  layout.size(), bounds.lower.size(), bounds.upper.size()));
  }
  for (Index i = 0; i < layout.size(); ++i) {
    const double lower = bounds.lower[i];
    const double upper = bounds.upper[i];
    if (lower <= upper && lower < kInfinity && upper > -kInfinity) continue;
    return Refuse(
        "bounds", Reason::kInvalidValue,
        absl::StrFormat("%s must lie between %g and %g: the lower bound must not be above "
                        "the upper one, and neither may be NaN",
                        layout.CoordinateName(i), lower, upper));
  }
  return absl::OkStatus();
}

absl::Status CheckStart(const Vector& start, const Layout& layout) {
  if (start.size() != layout.size()) {
    return Refuse("start", Reason::kWrongShape,
                  absl::StrFormat("expected %d coordinates, got %d", layout.size(), start.size()));
  }
  if (start.size() == 0) {
    return Refuse("start", Reason::kWrongShape, "expected at least 1 coordinate, got 0");
  }
  for (Index i = 0; i < start.size(); ++i) {
    if (std::isfinite(start[i])) continue;
    return Refuse(
        "start", Reason::kInvalidValue,
        absl::StrFormat("%s is %g; expected a finite number", layout.CoordinateName(i), start[i]));
  }
  return absl::OkStatus();
}

/// Brings a start outside the bounds onto them, as published starts often need; says so.
std::vector<Note> MoveWithin(const Bounds& bounds, const Layout& layout, Vector& start) {
  if (bounds.Contains(start)) return {};
  const Vector given = start;
  bounds.Project(start);
  const Index moved = (start.array() != given.array()).count();
  Index first = 0;
  while (start[first] == given[first]) ++first;
  return {{"start_moved",
           absl::StrFormat("the start was outside the bounds: %s moved from %g to "
                           "%g%s",
                           layout.CoordinateName(first), given[first], start[first],
                           moved > 1 ? absl::StrCat(", and ", moved - 1, " more") : "")}};
}

}  // namespace

// --- the loop ---

std::optional<StopReason> Descent::Advance(int64_t most, double elapsed_seconds,
                                           const std::function<bool()>& interrupted,
                                           IterateSink& sink) {
  if (auto reason = Settle(elapsed_seconds, sink)) return reason;
  for (int64_t i = 0; i < most; ++i) {
    if (interrupted && interrupted()) return std::nullopt;
    const absl::Status status = Step();
    if (!status.ok()) return Failed(status);
    if (auto reason = Settle(elapsed_seconds, sink)) return reason;
  }
  return std::nullopt;
}

// Judges the iterate it is at, then records it: the last one with what all rows make of it.
std::optional<StopReason> Descent::Settle(double elapsed_seconds, IterateSink& sink) {
  std::optional<StopReason> reason;
  if (!judged_) reason = AskStoppingRules(elapsed_seconds);
  if (reason && reason->termination != Termination::kPaused) MeasureLast();
  if (!recorded_) Record(sink);
  return reason;
}

absl::Status Descent::Step() {
  previous_x_ = at_.x;
  const double value = at_.value;
  at_.flags = 0;
  at_.trials = 0;
  at_.notes.clear();
  const bool change = ChangeIsDue();
  absl::Status status = change ? ApplyChange() : absl::OkStatus();
  // x_{k+1} is evaluated on batch k + 1.
  if (status.ok()) status = feed_.Show(problem_->seed(), at_.iteration + 1);
  if (status.ok()) status = regime_.optimizer().Step(*problem_, at_);
  if (!status.ok()) {
    at_.x = previous_x_;  // no value is known at the new one
    at_.value = value;
    return status;
  }
  at_.evaluations = problem_->evaluations();
  at_.step_norm = Distance(at_.x, previous_x_);
  ++at_.iteration;
  if (status = Observe(); !status.ok()) return status;
  meter_.Look(*problem_, value, at_);
  if (change) at_.flags |= kChanged;
  recorded_ = judged_ = false;
  Remark();
  return status;
}

// What the way is remembered by. The cosine is between the last step and the gradient it led to.
void Descent::Remark() {
  const double norm = meter_.gradient_norm();
  double turn = std::numeric_limits<double>::quiet_NaN();
  if (at_.iteration > 0 && at_.gradient.size() > 0 && at_.step_norm > 0 &&
      at_.x.size() <= Path::kMostTurning) {
    const double slope = problem_->bounds().any() ? at_.gradient.norm() : norm;
    turn = at_.gradient.dot(at_.x - previous_x_) / (slope * at_.step_norm);
  }
  path_.Add({at_.iteration, at_.value, norm, at_.step_norm, turn});
}

void Descent::Record(IterateSink& sink) {
  recorded_ = true;
  if (at_.iteration < settings_.first_iteration) return;
  sink.Record({at_, problem_->Signed(at_.value), problem_->Signed(meter_.best().value),
               meter_.gradient_norm(), meter_.gradient_max()});
}

std::optional<StopReason> Descent::AskStoppingRules(double elapsed_seconds) {
  judged_ = true;
  auto reason = regime_.Verdict(at_, meter_.ProgressAt(*problem_, at_, elapsed_seconds));
  if (ChangeIsDue() || at_.iteration < settings_.first_iteration) return std::nullopt;
  return reason;
}

StopReason Descent::Explained(StopReason reason) {
  if (reason.termination == Termination::kFailed || reason.termination == Termination::kCancelled) {
    return reason;
  }
  if (reason.termination == Termination::kNonFinite) {
    const std::string why = problem_->ExplainNonFinite(at_.x);
    if (!why.empty()) absl::StrAppend(&reason.detail, ": ", why);
  }
  // A batch's value and gradient say little: what is explained are those of all rows.
  feed_.ShowAll();
  const Best best = BestByValue();
  Iterate at = at_;
  if (feed_.batched()) {
    const absl::Status status = problem_->Evaluate(at);
    problem_->set_evaluations(at_.evaluations);
    if (!status.ok()) return reason;
  }
  Probe probe(*problem_);
  Ending ending{reason,
                probe,
                regime_.optimizer(),
                regime_.optimizer_part(),
                regime_.stopping(),
                settings_.start,
                meter_.start_value(),
                at,
                previous_x_,
                meter_.previous_value(),
                feed_.batched() ? at.gradient.norm() : meter_.gradient_norm(),
                best,
                path_,
                curve_,
                settings_.batches};
  // No dearer than the run itself was.
  const Evaluations& spent = at_.evaluations;
  const int64_t steps = std::clamp(spent.gradients + spent.hessian_products, kFewSteps, kManySteps);
  ending.certified = Certify(probe, best, meter_.start_value(), steps);
  reason.findings = Diagnose(ending);
  if (ending.certified) reason.certificate = std::move(ending.certified->certificate);
  if (reason.termination == Termination::kConverged && Has("oscillating", reason.findings)) {
    reason.termination = Termination::kStalled;
    absl::StrAppend(&reason.detail, ", but by jumping between the two slopes of a valley");
  }
  return reason;
}

StopReason Descent::Failed(const absl::Status& status) const {
  StopReason reason;
  reason.termination = Termination::kFailed;
  reason.criterion = "error";
  reason.detail = absl::StrFormat("the objective could not be evaluated at iteration %d: %s",
                                  at_.iteration + 1, std::string(status.message()));
  return reason;
}

// --- its beginning ---

Descent::Descent(std::unique_ptr<Objective> objective, DescentSettings settings,
                 Constraints constraints, Regime regime, RowFeed feed)
    : objective_(std::move(objective)),
      settings_(std::move(settings)),
      problem_(std::in_place, *objective_, settings_.direction, settings_.bounds, settings_.seed,
               std::make_shared<Constraints>(std::move(constraints))),
      regime_(std::move(regime)),
      feed_(std::move(feed)) {
  const BestBy best_by = feed_.validates() ? BestBy::kValidation
                         : feed_.batched() ? BestBy::kTraining
                                           : BestBy::kValue;
  meter_ = ProgressMeter(best_by, feed_.batched());
  at_.x = settings_.start;
  if (regime_.optimizer().capabilities().gradient) at_.gradient = Vector::Zero(at_.x.size());
}

absl::StatusOr<std::unique_ptr<Descent>> Descent::Create(std::unique_ptr<Objective> objective,
                                                         DescentSettings settings,
                                                         Constraints constraints) {
  FixTheOrderOfSums();
  auto regime = Regime::Make(settings.optimizer, settings.stopping, SeesBatches(settings.batches));
  auto feed = RowFeed::Make(settings.batches, *objective);
  std::vector<Violation> violations;
  Append(regime.status(), violations);
  Append(feed.status(), violations);
  Append(CheckBounds(settings.bounds, objective->layout()), violations);
  Append(CheckStart(settings.start, objective->layout()), violations);
  if (!violations.empty()) return Refuse(std::move(violations));

  std::vector<Note> notes = MoveWithin(settings.bounds, objective->layout(), settings.start);
  std::unique_ptr<Descent> descent(new Descent(std::move(objective), std::move(settings),
                                               std::move(constraints), *std::move(regime),
                                               *std::move(feed)));
  if (absl::Status status = descent->regime_.Check(*descent->problem_); !status.ok()) return status;
  if (absl::Status status = descent->CheckChanges(); !status.ok()) return status;
  descent->at_.notes = std::move(notes);
  return descent;
}

absl::Status Descent::Begin() {
  absl::Status status = feed_.Show(problem_->seed(), 0);
  if (status.ok()) status = regime_.optimizer().Begin(*problem_, at_);
  if (!status.ok()) return status;
  if (absl::Status measured = problem_->MeasureViolation(at_); !measured.ok()) return measured;
  at_.evaluations = problem_->evaluations();
  if (status = Observe(); !status.ok()) return status;
  meter_.Begin(*problem_, at_);
  Remark();
  if ((at_.flags & kNonFinite) == 0) return absl::OkStatus();

  const std::string why = problem_->ExplainNonFinite(at_.x);
  if (!std::isfinite(at_.violation)) {
    return Refuse("start", Reason::kInitialPointNotFinite,
                  absl::StrCat("a constraint is not finite there", why.empty() ? "" : ": ", why));
  }
  const bool of_value = !std::isfinite(at_.value);
  return Refuse(
      "start", Reason::kInitialPointNotFinite,
      absl::StrCat("the objective's ", of_value ? "value" : "gradient", " is not finite there",
                   of_value ? absl::StrFormat(" (%g)", problem_->Signed(at_.value)) : "",
                   why.empty() ? "" : ": ", why));
}

void Descent::Remember(State& state) {
  thalweg::Remember(state, at_);
  if (!state.writing()) {
    problem_->set_evaluations(at_.evaluations);
    SkipChanges(state);
  }
  meter_.Remember(state);
  state.Keep("recorded", recorded_);
  state.Keep("judged", judged_);
  path_.Remember(state);
  if (feed_.any()) RememberRows(state);
  regime_.Remember(state);

  const Index n = problem_->size();
  const Index slopes = at_.gradient.size();
  if (!state.writing() &&
      (at_.x.size() != n || (slopes != 0 && slopes != n) || best().x.size() != n)) {
    state.Fail("its vectors do not have the objective's size");
  }
}

}  // namespace thalweg
