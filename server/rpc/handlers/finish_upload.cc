#include "server/rpc/handlers/finish_upload.h"

#include "server/rpc/translate/dataset.h"

namespace thalweg::rpc {

absl::StatusOr<v1::FinishUploadResponse> FinishUpload(datasets::DatasetBook& book,
                                                      const datasets::Viewer& viewer,
                                                      const v1::FinishUploadRequest& request,
                                                      const Interruption& interruption) {
  const auto id = UploadId(request.name());
  if (!id.ok()) return id.status();
  const auto kept = book.Finish(viewer, *id, [&] { return interruption.Check(); });
  if (!kept.ok()) return kept.status();
  v1::FinishUploadResponse response;
  ToWire(kept->dataset, DatasetView::kWhole, *response.mutable_dataset());
  response.set_existed(kept->existed);
  return response;
}

}  // namespace thalweg::rpc
