#pragma once

#include "absl/status/statusor.h"
#include "server/core/models/model_spec.h"
#include "server/rpc/interruption.h"
#include "server/runs/run_book.h"
#include "thalweg/v1/model_service.pb.h"

namespace thalweg::rpc {

/// What a model says at points of the feature space, at one x or several.
absl::StatusOr<v1::PredictPointsResponse> PredictPoints(runs::RunBook& runs,
                                                        const models::Means& means,
                                                        const v1::PredictPointsRequest& request,
                                                        const Interruption& interruption);

}  // namespace thalweg::rpc
