#pragma once

#include "absl/status/statusor.h"
#include "server/core/expression/code_maker.h"
#include "server/core/expression/limits.h"
#include "server/core/models/model_spec.h"
#include "server/events/events.h"
#include "server/rpc/interruption.h"
#include "thalweg/v1/objective_service.pb.h"

namespace thalweg::rpc {

/// Compares an objective's gradient with finite differences at a point.
absl::StatusOr<v1::CheckGradientResponse> CheckGradient(EventSink& events,
                                                        const v1::CheckGradientRequest& request,
                                                        const Interruption& interruption,
                                                        const expression::Limits& limits = {},
                                                        expression::CodeMaker* maker = nullptr,
                                                        const models::Means& means = {});

}  // namespace thalweg::rpc
