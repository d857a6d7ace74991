#pragma once

#include "absl/status/statusor.h"
#include "server/datasets/dataset_book.h"
#include "thalweg/v1/dataset_service.pb.h"

namespace thalweg::rpc {

/// Forgets an upload.
absl::StatusOr<v1::CancelUploadResponse> CancelUpload(datasets::DatasetBook& book,
                                                      const datasets::Viewer& viewer,
                                                      const v1::CancelUploadRequest& request);

}  // namespace thalweg::rpc
