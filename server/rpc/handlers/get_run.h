#pragma once

#include "absl/status/statusor.h"
#include "server/runs/run_book.h"
#include "thalweg/v1/optimization_service.pb.h"

namespace thalweg::rpc {

/// The run of this name as it is now.
absl::StatusOr<v1::GetRunResponse> GetRun(runs::RunBook& runs, const v1::GetRunRequest& request);

}  // namespace thalweg::rpc
