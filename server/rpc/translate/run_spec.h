#pragma once

#include "absl/status/statusor.h"
#include "server/runs/run_spec.h"
#include "thalweg/v1/run.pb.h"

namespace thalweg::rpc {

/// What a caller asks for, with everything in it checked that needs no catalogue. Output-only
/// fields are ignored. Paths in errors begin at the run: "labels[team]", "start.values[x]".
absl::StatusOr<runs::RunSpec> FromWire(const v1::Run& run);

/// `status` of a spec built by FromWire, with paths as the wire spells them: the core names the
/// coordinates of a start "start.x"; in the message they are at "start.values[x]". Likewise
/// "objective.lower.x" and "objective.upper.x".
absl::Status InWireTerms(const absl::Status& status);

}  // namespace thalweg::rpc
