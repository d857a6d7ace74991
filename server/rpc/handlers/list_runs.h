#pragma once

#include "absl/status/statusor.h"
#include "server/runs/run_book.h"
#include "thalweg/v1/optimization_service.pb.h"

namespace thalweg::rpc {

/// A page of the runs that match, newest first, without their long points and formulas.
absl::StatusOr<v1::ListRunsResponse> ListRuns(runs::RunBook& runs,
                                              const v1::ListRunsRequest& request);

}  // namespace thalweg::rpc
