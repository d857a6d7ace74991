#pragma once

#include "absl/status/statusor.h"
#include "server/core/expression/limits.h"
#include "server/core/models/model_spec.h"
#include "server/events/events.h"
#include "server/rpc/interruption.h"
#include "thalweg/v1/objective_service.pb.h"

namespace thalweg::rpc {

/// What was understood of an objective: its variables, cost, structure and findings; on request,
/// its derivatives as text; formulas also as they are written in books.
absl::StatusOr<v1::CompileObjectiveResponse> CompileObjective(
    EventSink& events, const v1::CompileObjectiveRequest& request, const Interruption& interruption,
    const expression::Limits& limits = {}, const models::Means& means = {});

}  // namespace thalweg::rpc
