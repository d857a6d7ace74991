#pragma once

#include "absl/status/statusor.h"
#include "server/runs/run_book.h"
#include "thalweg/v1/optimization_service.pb.h"

namespace thalweg::rpc {

/// Changes settings of an unfinished run from the iterate on that it has reached.
absl::StatusOr<v1::ChangeRunResponse> ChangeRun(runs::RunBook& runs,
                                                const v1::ChangeRunRequest& request);

}  // namespace thalweg::rpc
