#pragma once

#include "absl/status/statusor.h"
#include "server/runs/run_book.h"
#include "thalweg/v1/optimization_service.pb.h"

namespace thalweg::rpc {

/// A page of a run's past, or all of it thinned to about max_points.
absl::StatusOr<v1::ListIteratesResponse> ListIterates(runs::RunBook& runs,
                                                      const v1::ListIteratesRequest& request);

}  // namespace thalweg::rpc
