#pragma once

#include "absl/status/statusor.h"
#include "thalweg/v1/catalog_service.pb.h"

namespace thalweg::rpc {

/// A page of the losses.
absl::StatusOr<v1::ListLossesResponse> ListLosses(const v1::ListLossesRequest& request);

}  // namespace thalweg::rpc
