#pragma once

#include "absl/status/statusor.h"
#include "server/runs/run_book.h"
#include "thalweg/v1/optimization_service.pb.h"

namespace thalweg::rpc {

/// Checks the run that `request` describes, makes it durable and queues it.
absl::StatusOr<v1::CreateRunResponse> CreateRun(runs::RunBook& runs,
                                                const v1::CreateRunRequest& request);

/// The same for whoever needs the run itself; `wire` is at the field "run" of its request.
absl::StatusOr<runs::Run> CreateRun(runs::RunBook& runs, const v1::Run& wire,
                                    const std::string& request_id, bool validate_only);

}  // namespace thalweg::rpc
