#include "server/runs/recovery.h"

#include <algorithm>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "server/core/iterate.h"

namespace thalweg::runs {
namespace {

constexpr size_t kPieceBytes = 4 << 20;

StopReason Damaged(const absl::Status& why) {
  return {Termination::kFailed,
          "data_corrupt",
          0,
          0,
          absl::StrCat("The run's stored data are damaged: ", std::string(why.message())),
          {}};
}

Run FailedRun(const StoredRun& stored, const absl::Status& why) {
  Run run;
  run.id = stored.id;
  run.spec.labels.insert(stored.labels.begin(), stored.labels.end());
  run.spec.tenant = stored.tenant;
  run.state = RunState::kFailed;
  run.ended = std::chrono::system_clock::now();
  run.stop_reason = Damaged(why);
  return run;
}

// The best iteration, from the checkpoint and what was recorded after it.
absl::StatusOr<int64_t> BestIteration(RunStore& store, const std::string& id,
                                      const std::optional<Checkpoint>& checkpoint) {
  int64_t best = checkpoint ? checkpoint->best_iteration : 0;
  int64_t next = checkpoint ? checkpoint->iteration + 1 : 0;
  while (true) {
    const auto pieces = store.Blocks(id, next, INT64_MAX, kPieceBytes);
    if (!pieces.ok()) return pieces.status();
    if (pieces->empty()) return best;
    for (const StoredBlock& piece : *pieces) {
      const absl::StatusOr<IterateBlock> block = DecodeIterateBlock(piece.bytes);
      if (!block.ok()) return block.status();
      for (size_t row = block->RowAt(next); row < block->rows(); ++row) {
        if ((block->flags[row] & kNewBest) != 0) best = block->iteration[row];
      }
      next = piece.last + 1;
    }
  }
}

absl::Status AddTrace(RunStore& store, RunRecord& record) {
  Run& run = record.run;
  const auto newest = store.LastBlock(run.id);
  if (!newest.ok()) return newest.status();
  if (!newest->has_value()) return absl::OkStatus();
  const absl::StatusOr<IterateBlock> block = DecodeIterateBlock((*newest)->bytes);
  if (!block.ok()) return block.status();
  if (block->empty()) return absl::DataLossError("a block without iterates");

  auto bytes = store.Checkpoint(run.id);
  if (!bytes.ok()) return bytes.status();
  std::optional<Checkpoint> checkpoint;
  if (bytes->has_value()) {
    absl::StatusOr<Checkpoint> decoded = DecodeCheckpoint(**std::move(bytes));
    if (absl::IsFailedPrecondition(decoded.status())) return decoded.status();
    if (decoded.ok()) checkpoint = *std::move(decoded);
  }
  const absl::StatusOr<int64_t> best = BestIteration(store, run.id, checkpoint);
  if (!best.ok()) return best.status();

  run.iterations = block->last();
  run.evaluations = block->evaluations(block->rows() - 1);
  run.value = block->value.back();
  run.best_value = block->best_value.back();
  run.best_iteration = *best;
  run.gradient_norm = block->gradient_norm.back();
  run.learning_rate = block->learning_rate.back();
  run.oldest_iteration =
      std::max(record.retention.OldestFull(run.iterations), run.spec.first_iteration);
  run.elapsed_seconds =
      std::max(block->elapsed_seconds, checkpoint ? checkpoint->elapsed_seconds : 0);
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<RunRecord> ReadUnfinished(RunStore& store, const StoredRun& stored) {
  absl::StatusOr<RunRecord> record = DecodeRunRecord(stored.record);
  if (!record.ok()) return record.status();
  if (record->run.id != stored.id || IsTerminal(record->run.state)) {
    return absl::DataLossError("stored record: it belongs to another run or state");
  }
  if (absl::Status status = AddTrace(store, *record); !status.ok()) return status;
  if (absl::Status status = AddEvents(store, record->run); !status.ok()) return status;
  return record;
}

absl::Status AddEvents(RunStore& store, Run& run) {
  auto bytes = store.Events(run.id);
  if (!bytes.ok()) return bytes.status();
  if (!bytes->has_value()) return absl::OkStatus();
  absl::StatusOr<EventLog> log = DecodeEventLog(**std::move(bytes));
  if (!log.ok()) return log.status();
  run.events = std::make_shared<EventLog>(*std::move(log));
  return absl::OkStatus();
}

RunRecord ReadOrFailed(const StoredRun& stored) {
  absl::StatusOr<RunRecord> record = DecodeRunRecord(stored.record);
  if (record.ok()) return *std::move(record);
  return {FailedRun(stored, record.status()), {}};
}

RunChange MarkedFailed(const StoredRun& stored, const absl::Status& why) {
  RunRecord record = ReadOrFailed(stored);
  Run& run = record.run;
  if (!IsTerminal(run.state)) {
    run.state = RunState::kFailed;
    run.ended = std::chrono::system_clock::now();
    run.stop_reason = Damaged(why);
  }
  RunChange change;
  change.id = stored.id;
  change.run = stored;
  change.run->state = static_cast<int>(run.state);
  change.run->finished = true;
  change.run->record = Encode(record);
  return change;
}

}  // namespace thalweg::runs
