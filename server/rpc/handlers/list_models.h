#pragma once

#include "absl/status/statusor.h"
#include "thalweg/v1/catalog_service.pb.h"

namespace thalweg::rpc {

/// A page of the models.
absl::StatusOr<v1::ListModelsResponse> ListModels(const v1::ListModelsRequest& request);

}  // namespace thalweg::rpc
