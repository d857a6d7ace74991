#include "server/rpc/handlers/get_upload.h"

#include "server/rpc/translate/dataset.h"

namespace thalweg::rpc {

absl::StatusOr<v1::GetUploadResponse> GetUpload(datasets::DatasetBook& book,
                                                const datasets::Viewer& viewer,
                                                const v1::GetUploadRequest& request) {
  const auto id = UploadId(request.name());
  if (!id.ok()) return id.status();
  const auto upload = book.GetUpload(viewer, *id);
  if (!upload.ok()) return upload.status();
  v1::GetUploadResponse response;
  ToWire(*upload, *response.mutable_upload());
  return response;
}

}  // namespace thalweg::rpc
