#include "server/rpc/translate/run.h"

#include <algorithm>
#include <chrono>
#include <string>

#include "server/rpc/translate/objective.h"
#include "server/rpc/translate/overrides.h"
#include "server/rpc/translate/part.h"
#include "server/rpc/translate/run_name.h"
#include "server/rpc/translate/termination.h"
#include "server/rpc/translate/time.h"
#include "server/rpc/translate/values.h"

namespace thalweg::rpc {
namespace {

void ToWire(const NamedValues& values, const std::vector<Variable>& variables, const RunView& view,
            v1::Point& wire) {
  if (NumbersOf(values) <= view.most_numbers) rpc::ToWire(values, variables, wire);
}

void ToWire(const runs::FullIterate& iterate, const std::vector<Variable>& variables,
            const RunView& view, v1::FullIterate& wire) {
  wire.set_iteration(iterate.iteration);
  wire.set_value(iterate.value);
  wire.set_gradient_norm(iterate.gradient_norm);
  ToWire(iterate.x, variables, view, *wire.mutable_x());
}

/// `text` at most `most` bytes long, without cutting a character in two.
std::string Shortened(const std::string& text, size_t most) {
  if (text.size() <= most) return text;
  size_t end = most;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;
  return text.substr(0, end) + "...";
}

void Shorten(v1::Objective& objective, const RunView& view) {
  if (objective.has_expression() && objective.expression().size() > view.most_text) {
    objective.set_expression(Shortened(objective.expression(), view.most_text));
  }
  const auto too_many = [&view](const auto& arrays) {
    size_t numbers = 0;
    for (const auto& [name, array] : arrays) numbers += static_cast<size_t>(array.values_size());
    return numbers > view.most_numbers;
  };
  if (too_many(objective.parameters())) objective.clear_parameters();
  size_t text = 0;
  for (const v1::Constraint& constraint : objective.constraints()) {
    text += constraint.expression().size();
  }
  if (text > view.most_text) objective.clear_constraints();
  if (too_many(objective.lower().values())) objective.clear_lower();
  if (too_many(objective.upper().values())) objective.clear_upper();
}

void AddRequest(const runs::Run& run, const RunView& view, v1::Run& wire) {
  const runs::RunSpec& spec = run.spec;
  wire.set_display_name(spec.display_name);
  wire.mutable_labels()->insert(spec.labels.begin(), spec.labels.end());
  rpc::ToWire(spec.objective, spec.direction, *wire.mutable_objective());
  Shorten(*wire.mutable_objective(), view);
  if (!spec.start.empty()) ToWire(spec.start, run.variables, view, *wire.mutable_start());
  rpc::ToWire(spec.optimizer, *wire.mutable_optimizer());
  if (!spec.batches.kind.empty()) rpc::ToWire(spec.batches, *wire.mutable_batches());
  for (const Part& rule : spec.stopping) rpc::ToWire(rule, *wire.add_stopping());
  if (spec.seed) wire.set_seed(*spec.seed);
  if (spec.traced_coordinates >= 0) wire.set_traced_coordinates(spec.traced_coordinates);
  const size_t changes = spec.changes.size();
  for (size_t i = changes - std::min(changes, view.most_changes); i < changes; ++i) {
    rpc::ToWire(spec.changes[i], *wire.add_changes());
  }
  wire.set_first_iteration(spec.first_iteration);
  wire.set_pace(spec.pace);
}

void AddProgress(const runs::Run& run, v1::Run& wire) {
  wire.set_elapsed_seconds(run.elapsed_seconds);
  wire.set_iteration(run.iterations);
  wire.set_value_evaluations(run.evaluations.values);
  wire.set_gradient_evaluations(run.evaluations.gradients);
  wire.set_hessian_products(run.evaluations.hessian_products);
  wire.set_value(run.value);
  wire.set_best_value(run.best_value);
  wire.set_best_iteration(run.best_iteration);
  wire.set_gradient_norm(run.gradient_norm);
  wire.set_learning_rate(run.learning_rate);
  wire.set_oldest_full_iteration(run.oldest_iteration);
}

}  // namespace

void ToWire(const runs::Run& run, const RunView& view, v1::Run& wire) {
  // A run that was only validated has no name.
  if (!run.id.empty()) wire.set_name(RunName::Of(run.id).Text());
  AddRequest(run, view, wire);
  for (const Variable& variable : run.variables) rpc::ToWire(variable, *wire.add_variables());
  if (!run.id.empty()) {
    wire.set_state(ToWire(run.state));
    if (run.waits_for_storage) wire.set_wait_reason(v1::WAIT_REASON_STORAGE_FULL);
    rpc::ToWire(run.created, *wire.mutable_create_time());
  }
  if (!run.parent.empty()) {
    wire.set_parent(RunName::Of(run.parent).Text());
    wire.set_fork_iteration(run.spec.first_iteration);
  }
  wire.set_tenant(run.spec.tenant);
  if (run.started) rpc::ToWire(*run.started, *wire.mutable_start_time());
  if (run.ended) rpc::ToWire(*run.ended, *wire.mutable_end_time());
  AddProgress(run, wire);
  if (run.best) ToWire(*run.best, run.variables, view, *wire.mutable_best());
  if (run.last) ToWire(*run.last, run.variables, view, *wire.mutable_last());
  if (run.stop_reason) {
    rpc::ToWire(*run.stop_reason, run.variables, *wire.mutable_termination());
  }
  if (!run.events || !view.events) return;
  for (const runs::RunEvent& event : run.events->kept()) ToWire(event, *wire.add_events());
  wire.set_event_count(run.events->count());
}

void ToWire(const runs::RunEvent& event, v1::RunEvent& wire) {
  wire.set_iteration(event.iteration);
  wire.set_code(event.code);
  wire.set_text(event.text);
}

v1::RunState ToWire(runs::RunState state) {
  switch (state) {
    case runs::RunState::kQueued:
      return v1::RUN_STATE_QUEUED;
    case runs::RunState::kRunning:
      return v1::RUN_STATE_RUNNING;
    case runs::RunState::kPaused:
      return v1::RUN_STATE_PAUSED;
    case runs::RunState::kFinished:
      return v1::RUN_STATE_FINISHED;
    case runs::RunState::kCancelled:
      return v1::RUN_STATE_CANCELLED;
    case runs::RunState::kFailed:
      return v1::RUN_STATE_FAILED;
  }
  return v1::RUN_STATE_UNSPECIFIED;
}

std::optional<runs::RunState> FromWire(v1::RunState state) {
  switch (state) {
    case v1::RUN_STATE_QUEUED:
      return runs::RunState::kQueued;
    case v1::RUN_STATE_RUNNING:
      return runs::RunState::kRunning;
    case v1::RUN_STATE_PAUSED:
      return runs::RunState::kPaused;
    case v1::RUN_STATE_FINISHED:
      return runs::RunState::kFinished;
    case v1::RUN_STATE_CANCELLED:
      return runs::RunState::kCancelled;
    case v1::RUN_STATE_FAILED:
      return runs::RunState::kFailed;
    default:
      return std::nullopt;
  }
}

}  // namespace thalweg::rpc
