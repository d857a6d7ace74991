#pragma once

#include "absl/status/statusor.h"
#include "server/core/models/model_spec.h"
#include "server/rpc/interruption.h"
#include "server/runs/run_book.h"
#include "thalweg/v1/model_service.pb.h"

namespace thalweg::rpc {

/// How good a model is over a part of its rows, with its coefficients and what its gradient shows.
absl::StatusOr<v1::EvaluateModelResponse> EvaluateModel(runs::RunBook& runs,
                                                        const models::Means& means,
                                                        const v1::EvaluateModelRequest& request,
                                                        const Interruption& interruption);

}  // namespace thalweg::rpc
