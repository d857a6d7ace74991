#pragma once

#include "absl/status/statusor.h"
#include "thalweg/v1/catalog_service.pb.h"

namespace thalweg::rpc {

/// A page of the optimizers.
absl::StatusOr<v1::ListOptimizersResponse> ListOptimizers(const v1::ListOptimizersRequest& request);

}  // namespace thalweg::rpc
