#pragma once

#include "absl/status/statusor.h"
#include "server/core/expression/limits.h"
#include "server/events/events.h"
#include "server/rpc/interruption.h"
#include "thalweg/v1/objective_service.pb.h"

namespace thalweg::rpc {

/// Values, and gradients when asked for, at every point. Stops between points for a caller who has
/// gone.
absl::StatusOr<v1::EvaluateObjectiveResponse> EvaluateObjective(
    EventSink& events, const v1::EvaluateObjectiveRequest& request,
    const Interruption& interruption, const expression::Limits& limits = {});

}  // namespace thalweg::rpc
