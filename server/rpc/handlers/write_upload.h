#pragma once

#include "absl/status/statusor.h"
#include "server/datasets/dataset_book.h"
#include "thalweg/v1/dataset_service.pb.h"

namespace thalweg::rpc {

/// Adds bytes to an upload.
absl::StatusOr<v1::WriteUploadResponse> WriteUpload(datasets::DatasetBook& book,
                                                    const datasets::Viewer& viewer,
                                                    const v1::WriteUploadRequest& request);

}  // namespace thalweg::rpc
