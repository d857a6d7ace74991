#pragma once

#include "absl/status/statusor.h"
#include "server/datasets/dataset_book.h"
#include "thalweg/v1/dataset_service.pb.h"

namespace thalweg::rpc {

/// Forgets a dataset that no run needs.
absl::StatusOr<v1::DeleteDatasetResponse> DeleteDataset(datasets::DatasetBook& book,
                                                        const datasets::Viewer& viewer,
                                                        const v1::DeleteDatasetRequest& request);

}  // namespace thalweg::rpc
