#pragma once

#include "absl/status/statusor.h"
#include "server/datasets/dataset_book.h"
#include "thalweg/v1/dataset_service.pb.h"

namespace thalweg::rpc {

/// A page of the datasets, newest first.
absl::StatusOr<v1::ListDatasetsResponse> ListDatasets(datasets::DatasetBook& book,
                                                      const datasets::Viewer& viewer,
                                                      const v1::ListDatasetsRequest& request);

}  // namespace thalweg::rpc
