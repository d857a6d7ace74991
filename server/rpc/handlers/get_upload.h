#pragma once

#include "absl/status/statusor.h"
#include "server/datasets/dataset_book.h"
#include "thalweg/v1/dataset_service.pb.h"

namespace thalweg::rpc {

/// How far an upload has come.
absl::StatusOr<v1::GetUploadResponse> GetUpload(datasets::DatasetBook& book,
                                                const datasets::Viewer& viewer,
                                                const v1::GetUploadRequest& request);

}  // namespace thalweg::rpc
