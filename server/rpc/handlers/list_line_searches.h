#pragma once

#include "absl/status/statusor.h"
#include "thalweg/v1/catalog_service.pb.h"

namespace thalweg::rpc {

/// A page of the line searches.
absl::StatusOr<v1::ListLineSearchesResponse> ListLineSearches(
    const v1::ListLineSearchesRequest& request);

}  // namespace thalweg::rpc
