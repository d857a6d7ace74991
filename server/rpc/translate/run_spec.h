#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "google/protobuf/map.h"
#include "server/rpc/translate/refusals.h"
#include "server/runs/run_spec.h"
#include "thalweg/v1/run.pb.h"

namespace thalweg::rpc {

/// What a caller asks for, with everything in it checked that needs no catalogue. Output-only
/// fields are ignored. Paths in errors begin at the run: "labels[team]", "start.values[x]".
absl::StatusOr<runs::RunSpec> FromWire(const v1::Run& run);

/// What a new run may be called; what is wrong is added at "display_name", "labels" ...
void CheckNames(const std::string& display_name,
                const google::protobuf::Map<std::string, std::string>& labels, Refusals& refusals);
/// ... and at "request_id".
void CheckRequestId(const std::string& request_id, Refusals& refusals);

/// `status` of a spec built by FromWire, with paths as the wire spells them: the core names the
/// coordinates of a start "start.x"; in the message they are at "start.values[x]". Likewise
/// "objective.lower.x" and "objective.upper.x".
absl::Status InWireTerms(const absl::Status& status);

}  // namespace thalweg::rpc
