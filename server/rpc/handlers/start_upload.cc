#include "server/rpc/handlers/start_upload.h"

#include "server/core/violation.h"
#include "server/rpc/translate/dataset.h"

namespace thalweg::rpc {

absl::StatusOr<v1::StartUploadResponse> StartUpload(datasets::DatasetBook& book,
                                                    const datasets::Viewer& viewer,
                                                    const v1::StartUploadRequest& request) {
  if (!request.has_spec()) return Refuse("spec", Reason::kMissingField, "is missing");
  const auto spec = FromWire(request.spec());
  if (!spec.ok()) return Under("spec", spec.status());
  const auto upload = book.Start(viewer, *spec);
  if (!upload.ok()) return upload.status();
  v1::StartUploadResponse response;
  ToWire(*upload, *response.mutable_upload());
  return response;
}

}  // namespace thalweg::rpc
