#pragma once

#include "absl/status/statusor.h"
#include "thalweg/v1/catalog_service.pb.h"

namespace thalweg::rpc {

/// A page of the ways of choosing rows.
absl::StatusOr<v1::ListBatchesResponse> ListBatches(const v1::ListBatchesRequest& request);

}  // namespace thalweg::rpc
