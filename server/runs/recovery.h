#pragma once

#include "absl/status/statusor.h"
#include "server/runs/codec.h"
#include "server/runs/run_store.h"

namespace thalweg::runs {

/// An unfinished run as its record, checkpoint and trace together tell. DATA_LOSS where they can't
/// be read; a damaged checkpoint shows only when the run is taken up.
absl::StatusOr<RunRecord> ReadUnfinished(RunStore& store, const StoredRun& stored);

/// Adds what the store knows to have happened in a run that was read from its record.
absl::Status AddEvents(RunStore& store, Run& run);

/// A run as its record tells; where that is damaged, what the store knows beside it, failed.
RunRecord ReadOrFailed(const StoredRun& stored);

/// What to write for a run that can't be taken up again: failed, with why.
RunChange MarkedFailed(const StoredRun& stored, const absl::Status& why);

}  // namespace thalweg::runs
