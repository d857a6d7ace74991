#pragma once

#include "absl/status/statusor.h"
#include "server/runs/run_book.h"
#include "thalweg/v1/optimization_service.pb.h"

namespace thalweg::rpc {

/// Forgets a run that is over, and its trace.
absl::StatusOr<v1::DeleteRunResponse> DeleteRun(runs::RunBook& runs,
                                                const v1::DeleteRunRequest& request);

}  // namespace thalweg::rpc
