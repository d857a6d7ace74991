#pragma once

#include <memory>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "server/runs/admission.h"
#include "server/runs/changes.h"
#include "server/runs/codec.h"
#include "server/runs/run.h"
#include "server/runs/run_store.h"

namespace thalweg::runs {

/// A run about to be made.
struct Candidate {
  Admitted admitted;
  std::string parent;                    ///< The run that it is forked from; empty: none.
  std::optional<Checkpoint> checkpoint;  ///< Where its descent begins, when not at the start.
};

/// What a fork of `parent` is, by itself: the parent's spec with its changes up to the iterate
/// where it is left, and the overrides as a change there. OUT_OF_RANGE (ITERATION_OUT_OF_RANGE) for
/// an iterate that the parent's trace does not reach or does not begin with.
absl::StatusOr<RunSpec> SpecOfFork(const Run& parent, const ForkRequest& request);

/// The newest checkpoint of a run, where there is one that can be read. Its time is not kept: what
/// a fork computes again is not its own.
std::optional<Checkpoint> CheckpointOf(RunStore& store, const std::string& id);

/// Lets the descent of a fork go on from a checkpoint of the run that it leaves. False where that
/// can't be read: the descent then begins at the start.
bool TakeUp(const Checkpoint& checkpoint, expression::CodeMaker* maker, const models::Means& means,
            Admitted& fork);

/// How the story of a fork begins.
std::shared_ptr<const EventLog> BeginningOf(const Run& fork);

}  // namespace thalweg::runs
