#pragma once

#include "absl/status/statusor.h"
#include "server/datasets/dataset_book.h"
#include "thalweg/v1/dataset_service.pb.h"

namespace thalweg::rpc {

/// Some rows of a dataset.
absl::StatusOr<v1::ReadDatasetResponse> ReadDataset(datasets::DatasetBook& book,
                                                    const datasets::Viewer& viewer,
                                                    const v1::ReadDatasetRequest& request);

}  // namespace thalweg::rpc
