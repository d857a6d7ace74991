#pragma once

#include "absl/status/statusor.h"
#include "server/datasets/dataset_book.h"
#include "thalweg/v1/dataset_service.pb.h"

namespace thalweg::rpc {

/// A dataset with what its cells are like.
absl::StatusOr<v1::GetDatasetResponse> GetDataset(datasets::DatasetBook& book,
                                                  const datasets::Viewer& viewer,
                                                  const v1::GetDatasetRequest& request);

}  // namespace thalweg::rpc
