#pragma once

#include "absl/status/statusor.h"
#include "thalweg/v1/catalog_service.pb.h"

namespace thalweg::rpc {

/// A page of the functions and constants of the objective language.
absl::StatusOr<v1::ListLanguageFunctionsResponse> ListLanguageFunctions(
    const v1::ListLanguageFunctionsRequest& request);

}  // namespace thalweg::rpc
