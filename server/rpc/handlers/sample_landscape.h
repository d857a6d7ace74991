#pragma once

#include "absl/status/statusor.h"
#include "server/core/expression/code_maker.h"
#include "server/core/expression/limits.h"
#include "server/core/models/model_spec.h"
#include "server/events/events.h"
#include "server/rpc/interruption.h"
#include "server/runs/run_book.h"
#include "thalweg/v1/objective_service.pb.h"

namespace thalweg::rpc {

/// Values of an objective, or of a run's, over a plane or along a line. Stops between points for a
/// caller who has gone.
absl::StatusOr<v1::SampleLandscapeResponse> SampleLandscape(
    runs::RunBook& runs, EventSink& events, const v1::SampleLandscapeRequest& request,
    const Interruption& interruption, const expression::Limits& limits = {},
    expression::CodeMaker* maker = nullptr, const models::Means& means = {});

}  // namespace thalweg::rpc
