#pragma once

#include "absl/status/statusor.h"
#include "thalweg/v1/catalog_service.pb.h"

namespace thalweg::rpc {

/// A page of the stopping rules.
absl::StatusOr<v1::ListStoppingRulesResponse> ListStoppingRules(
    const v1::ListStoppingRulesRequest& request);

}  // namespace thalweg::rpc
