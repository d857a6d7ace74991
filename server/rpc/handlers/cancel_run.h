#pragma once

#include "absl/status/statusor.h"
#include "server/runs/run_book.h"
#include "thalweg/v1/optimization_service.pb.h"

namespace thalweg::rpc {

/// Ends an unfinished run and keeps its best so far.
absl::StatusOr<v1::CancelRunResponse> CancelRun(runs::RunBook& runs,
                                                const v1::CancelRunRequest& request);

}  // namespace thalweg::rpc
