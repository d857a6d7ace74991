#pragma once

#include "absl/status/statusor.h"
#include "server/runs/run_book.h"
#include "thalweg/v1/optimization_service.pb.h"

namespace thalweg::rpc {

/// Lets a paused run go on, for some iterations or to its end.
absl::StatusOr<v1::ResumeRunResponse> ResumeRun(runs::RunBook& runs,
                                                const v1::ResumeRunRequest& request);

}  // namespace thalweg::rpc
