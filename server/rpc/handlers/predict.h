#pragma once

#include "absl/status/statusor.h"
#include "server/core/models/model_spec.h"
#include "server/rpc/interruption.h"
#include "server/rpc/streams/computed_stream.h"
#include "server/runs/run_book.h"
#include "thalweg/v1/model_service.pb.h"

namespace thalweg::rpc {

/// What a model says of the rows of a table, in messages of at most 1 MiB.
absl::StatusOr<ComputedStream<v1::PredictResponse>::Next> OpenPredict(
    runs::RunBook& runs, const models::Means& means, const v1::PredictRequest& request,
    const Interruption& interruption);

}  // namespace thalweg::rpc
