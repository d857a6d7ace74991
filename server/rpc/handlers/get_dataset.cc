#include "server/rpc/handlers/get_dataset.h"

#include "server/rpc/translate/dataset.h"

namespace thalweg::rpc {

absl::StatusOr<v1::GetDatasetResponse> GetDataset(datasets::DatasetBook& book,
                                                  const datasets::Viewer& viewer,
                                                  const v1::GetDatasetRequest& request) {
  const auto id = DatasetId(request.name());
  if (!id.ok()) return id.status();
  const auto dataset = book.Get(viewer, *id);
  if (!dataset.ok()) return dataset.status();
  v1::GetDatasetResponse response;
  ToWire(*dataset, DatasetView::kWhole, *response.mutable_dataset());
  return response;
}

}  // namespace thalweg::rpc
