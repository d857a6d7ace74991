#pragma once

#include "absl/status/statusor.h"
#include "server/runs/run_book.h"
#include "thalweg/v1/optimization_service.pb.h"

namespace thalweg::rpc {

/// Halts a run after the iteration it is in.
absl::StatusOr<v1::PauseRunResponse> PauseRun(runs::RunBook& runs,
                                              const v1::PauseRunRequest& request);

}  // namespace thalweg::rpc
