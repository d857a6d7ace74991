#include "server/rpc/handlers/cancel_upload.h"

#include "server/rpc/translate/dataset.h"

namespace thalweg::rpc {

absl::StatusOr<v1::CancelUploadResponse> CancelUpload(datasets::DatasetBook& book,
                                                      const datasets::Viewer& viewer,
                                                      const v1::CancelUploadRequest& request) {
  const auto id = UploadId(request.name());
  if (!id.ok()) return id.status();
  if (absl::Status status = book.Cancel(viewer, *id); !status.ok()) return status;
  return v1::CancelUploadResponse();
}

}  // namespace thalweg::rpc
