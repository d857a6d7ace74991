#include "server/runs/fork.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "server/core/violation.h"

namespace thalweg::runs {

absl::StatusOr<RunSpec> SpecOfFork(const Run& parent, const ForkRequest& request) {
  const int64_t first = parent.spec.first_iteration;
  const int64_t last = std::max(parent.iterations, first);
  const int64_t iteration = request.iteration.value_or(last);
  if (iteration < first || iteration > last) {
    return RefuseWith(absl::StatusCode::kOutOfRange, Reason::kIterationOutOfRange,
                      absl::StrCat("iteration ", iteration, " is not in the trace of run '",
                                   parent.id, "', which has ", first, " to ", last));
  }
  RunSpec spec = parent.spec;
  spec.tenant = request.tenant;
  std::erase_if(spec.changes,
                [iteration](const Change& change) { return change.iteration > iteration; });
  spec.first_iteration = iteration;
  if (!request.display_name.empty()) spec.display_name = request.display_name;
  if (!request.labels.empty()) spec.labels = request.labels;
  if (request.overrides.pace) spec.pace = *request.overrides.pace;
  if (request.overrides.same_path()) return spec;

  absl::StatusOr<Change> change = Altered(spec, request.overrides);
  if (!change.ok()) return change.status();
  change->iteration = iteration;
  if (!spec.changes.empty() && spec.changes.back().iteration == iteration) {
    if (!change->seed) change->seed = spec.changes.back().seed;
    spec.changes.pop_back();
  }
  spec.changes.push_back(*std::move(change));
  return spec;
}

std::optional<Checkpoint> CheckpointOf(RunStore& store, const std::string& id) {
  auto stored = store.Checkpoint(id);
  if (!stored.ok() || !stored->has_value()) return std::nullopt;
  absl::StatusOr<Checkpoint> checkpoint = DecodeCheckpoint(**std::move(stored));
  if (!checkpoint.ok()) return std::nullopt;
  checkpoint->elapsed_seconds = 0;
  return *std::move(checkpoint);
}

bool TakeUp(const Checkpoint& checkpoint, expression::CodeMaker* maker, const models::Means& means,
            Admitted& fork) {
  auto descent = BuildDescent(fork.spec, maker, means);
  if (!descent.ok()) return false;
  State state = State::Reader(checkpoint.descent);
  (*descent)->Remember(state);
  if (!state.Finish().ok()) return false;
  fork.descent = *std::move(descent);
  return true;
}

std::shared_ptr<const EventLog> BeginningOf(const Run& fork) {
  auto log = std::make_shared<EventLog>();
  log->Add(fork.spec.first_iteration,
           {"fork", absl::StrCat("runs/", fork.parent, " was left at iteration ",
                                 fork.spec.first_iteration)});
  return log;
}

}  // namespace thalweg::runs
