#pragma once

#include "absl/status/statusor.h"
#include "server/core/expression/code_maker.h"
#include "server/core/expression/limits.h"
#include "server/core/models/model_spec.h"
#include "server/events/events.h"
#include "server/rpc/interruption.h"
#include "thalweg/v1/objective_service.pb.h"

namespace thalweg::rpc {

/// Values at every point, and what else is asked for: gradients, Hessians times a direction,
/// residuals and Jacobians. Stops between points for a caller who has
/// gone.
absl::StatusOr<v1::EvaluateObjectiveResponse> EvaluateObjective(
    EventSink& events, const v1::EvaluateObjectiveRequest& request,
    const Interruption& interruption, const expression::Limits& limits = {},
    expression::CodeMaker* maker = nullptr, const models::Means& means = {});

}  // namespace thalweg::rpc
