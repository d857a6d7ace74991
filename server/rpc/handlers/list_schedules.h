#pragma once

#include "absl/status/statusor.h"
#include "thalweg/v1/catalog_service.pb.h"

namespace thalweg::rpc {

/// A page of the schedules.
absl::StatusOr<v1::ListSchedulesResponse> ListSchedules(const v1::ListSchedulesRequest& request);

}  // namespace thalweg::rpc
