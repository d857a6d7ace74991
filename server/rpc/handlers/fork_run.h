#pragma once

#include "absl/status/statusor.h"
#include "server/runs/run_book.h"
#include "thalweg/v1/optimization_service.pb.h"

namespace thalweg::rpc {

/// Makes a run that leaves another at an iterate and goes its own way from there.
absl::StatusOr<v1::ForkRunResponse> ForkRun(runs::RunBook& runs, const v1::ForkRunRequest& request);

}  // namespace thalweg::rpc
