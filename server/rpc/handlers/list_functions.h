#pragma once

#include "absl/status/statusor.h"
#include "thalweg/v1/catalog_service.pb.h"

namespace thalweg::rpc {

/// A page of the test functions.
absl::StatusOr<v1::ListFunctionsResponse> ListFunctions(const v1::ListFunctionsRequest& request);

}  // namespace thalweg::rpc
