#include "server/core/descent.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "server/core/diagnosis/diagnosis.h"
#include "server/core/norms.h"
#include "server/core/violation.h"

namespace thalweg {
namespace {

// The most telling first: a run that has gone to infinity also hits its limit one day.
constexpr std::array kMostTellingFirst = {
    Termination::kNonFinite, Termination::kDiverged, Termination::kConverged,
    Termination::kStalled,   Termination::kLimit,
};

size_t Precedence(Termination termination) {
  const auto* const place =
      std::find(kMostTellingFirst.begin(), kMostTellingFirst.end(), termination);
  return static_cast<size_t>(place - kMostTellingFirst.begin());
}

void Append(const absl::Status& status, std::vector<Violation>& violations) {
  for (Violation& violation : ViolationsOf(status)) violations.push_back(std::move(violation));
}

bool Has(std::string_view code, const std::vector<Finding>& findings) {
  return std::any_of(findings.begin(), findings.end(),
                     [code](const Finding& finding) { return finding.code == code; });
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

}  // namespace

// --- the loop ---

std::optional<StopReason> Descent::Advance(int64_t most, double elapsed_seconds,
                                           const std::function<bool()>& interrupted,
                                           IterateSink& sink) {
  if (!recorded_) {
    Record(sink);
    if (auto reason = AskStoppingRules(elapsed_seconds)) return reason;
  }
  for (int64_t i = 0; i < most; ++i) {
    if (interrupted && interrupted()) return std::nullopt;
    const absl::Status status = Step();
    if (!status.ok()) return Failed(status);
    Look();
    Record(sink);
    if (auto reason = AskStoppingRules(elapsed_seconds)) return reason;
  }
  return std::nullopt;
}

absl::Status Descent::Step() {
  previous_x_ = at_.x;
  const double value = at_.value;
  absl::Status status = optimizer_->Step(problem_, at_);
  if (!status.ok()) {
    at_.x = previous_x_;  // no value is known at the new one
    at_.value = value;
    return status;
  }
  previous_value_ = value;
  at_.step_norm = Distance(at_.x, previous_x_);
  ++at_.iteration;
  return status;
}

void Descent::Look() {
  const Norms norms = NormsOf(at_.gradient);
  gradient_norm_ = norms.two;
  gradient_max_ = norms.max;
  // A step of finite length ended at a finite x; only the other kind needs a look.
  const bool x_finite = std::isfinite(at_.step_norm) || at_.x.allFinite();
  const bool finite = std::isfinite(at_.value) && std::isfinite(norms.max) && x_finite;

  at_.flags &= ~(kNewBest | kNonFinite);
  if (!finite) {
    at_.flags |= kNonFinite;
  } else if (at_.iteration == 0 || at_.value < best_.value) {
    at_.flags |= kNewBest;
    best_.iteration = at_.iteration;
    best_.value = at_.value;
    best_.x = at_.x;
  }
}

void Descent::Record(IterateSink& sink) {
  recorded_ = true;
  sink.Record({at_, problem_.Signed(at_.value), problem_.Signed(best_.value), gradient_norm_,
               gradient_max_});
}

// Every rule sees every iterate: some count them.
std::optional<StopReason> Descent::AskStoppingRules(double elapsed_seconds) {
  const Progress progress{at_,           previous_value_, start_value_,    gradient_norm_,
                          gradient_max_, best_,           elapsed_seconds, problem_.direction()};
  std::optional<StopReason> chosen;
  for (const auto& rule : rules_) {
    std::optional<StopReason> reason = rule->Check(progress);
    if (!reason) continue;
    if (!chosen || Precedence(reason->termination) < Precedence(chosen->termination)) {
      chosen = std::move(reason);
    }
  }
  if (!chosen) return std::nullopt;
  return Explained(*std::move(chosen));
}

StopReason Descent::Explained(StopReason reason) {
  if (reason.termination == Termination::kNonFinite) {
    const std::string why = objective_->ExplainNonFinite(at_.x);
    if (!why.empty()) absl::StrAppend(&reason.detail, ": ", why);
  }
  Ending ending{reason, problem_,    *optimizer_,     settings_.start, start_value_,
                at_,    previous_x_, previous_value_, gradient_norm_,  best_};
  reason.findings = Diagnose(ending);
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

Descent::Descent(std::unique_ptr<Objective> objective, DescentSettings settings)
    : objective_(std::move(objective)),
      settings_(std::move(settings)),
      problem_(*objective_, settings_.direction) {}

absl::StatusOr<std::unique_ptr<Descent>> Descent::Create(std::unique_ptr<Objective> objective,
                                                         DescentSettings settings) {
  auto optimizer = MakeFrom(Optimizers(), "optimizer", settings.optimizer);
  const auto rules = WithSafeguards(settings.stopping);

  std::vector<Violation> violations;
  Append(Under("optimizer", optimizer.status()), violations);
  Append(Under("stopping", rules.status()), violations);
  Append(CheckStart(settings.start, objective->layout()), violations);
  if (!violations.empty()) return Refuse(std::move(violations));

  std::unique_ptr<Descent> descent(new Descent(std::move(objective), std::move(settings)));
  descent->optimizer_ = *std::move(optimizer);
  for (const Part& part : *rules) {
    auto rule = MakeFrom(StoppingRules(), "stopping rule", part);
    if (!rule.ok()) return rule.status();
    descent->rules_.push_back(*std::move(rule));
  }
  descent->at_.x = descent->settings_.start;
  descent->at_.gradient = Vector::Zero(descent->at_.x.size());
  return descent;
}

absl::Status Descent::Begin() {
  const absl::Status status = problem_.Evaluate(at_);
  if (!status.ok()) return status;
  start_value_ = previous_value_ = at_.value;
  Look();
  if ((at_.flags & kNonFinite) == 0) return absl::OkStatus();

  const bool of_value = !std::isfinite(at_.value);
  const std::string why = objective_->ExplainNonFinite(at_.x);
  return Refuse(
      "start", Reason::kInitialPointNotFinite,
      absl::StrCat("the objective's ", of_value ? "value" : "gradient", " is not finite there",
                   of_value ? absl::StrFormat(" (%g)", problem_.Signed(at_.value)) : "",
                   why.empty() ? "" : ": ", why));
}

void Descent::Remember(State& state) {
  uint64_t flags = at_.flags;
  state.Keep("iteration", at_.iteration);
  state.Keep("x", at_.x);
  state.Keep("value", at_.value);
  state.Keep("gradient", at_.gradient);
  state.Keep("step_norm", at_.step_norm);
  state.Keep("learning_rate", at_.learning_rate);
  state.Keep("values", at_.evaluations.values);
  state.Keep("gradients", at_.evaluations.gradients);
  state.Keep("flags", flags);
  at_.flags = static_cast<uint32_t>(flags);

  state.Keep("best_iteration", best_.iteration);
  state.Keep("best_value", best_.value);
  state.Keep("best_x", best_.x);
  state.Keep("recorded", recorded_);
  state.Keep("start_value", start_value_);
  state.Keep("previous_value", previous_value_);
  state.Keep("gradient_norm", gradient_norm_);
  state.Keep("gradient_max", gradient_max_);

  optimizer_->Remember(state);
  for (const auto& rule : rules_) rule->Remember(state);

  const Index n = problem_.size();
  if (!state.writing() && (at_.x.size() != n || at_.gradient.size() != n || best_.x.size() != n)) {
    state.Fail("its vectors do not have the objective's size");
  }
}

}  // namespace thalweg
