#pragma once

#include "absl/status/statusor.h"
#include "server/datasets/dataset_book.h"
#include "thalweg/v1/dataset_service.pb.h"

namespace thalweg::rpc {

/// Begins an upload.
absl::StatusOr<v1::StartUploadResponse> StartUpload(datasets::DatasetBook& book,
                                                    const datasets::Viewer& viewer,
                                                    const v1::StartUploadRequest& request);

}  // namespace thalweg::rpc
