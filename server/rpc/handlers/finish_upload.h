#pragma once

#include "absl/status/statusor.h"
#include "server/datasets/dataset_book.h"
#include "server/rpc/interruption.h"
#include "thalweg/v1/dataset_service.pb.h"

namespace thalweg::rpc {

/// Makes an upload a dataset.
absl::StatusOr<v1::FinishUploadResponse> FinishUpload(datasets::DatasetBook& book,
                                                      const datasets::Viewer& viewer,
                                                      const v1::FinishUploadRequest& request,
                                                      const Interruption& interruption);

}  // namespace thalweg::rpc
