#include "server/rpc/handlers/delete_dataset.h"

#include "server/rpc/translate/dataset.h"

namespace thalweg::rpc {

absl::StatusOr<v1::DeleteDatasetResponse> DeleteDataset(datasets::DatasetBook& book,
                                                        const datasets::Viewer& viewer,
                                                        const v1::DeleteDatasetRequest& request) {
  const auto id = DatasetId(request.name());
  if (!id.ok()) return id.status();
  if (absl::Status status = book.Delete(viewer, *id); !status.ok()) return status;
  return v1::DeleteDatasetResponse();
}

}  // namespace thalweg::rpc
