#pragma once

#include "absl/status/statusor.h"
#include "thalweg/v1/catalog_service.pb.h"

namespace thalweg::rpc {

/// A page of the penalties.
absl::StatusOr<v1::ListPenaltiesResponse> ListPenalties(const v1::ListPenaltiesRequest& request);

}  // namespace thalweg::rpc
