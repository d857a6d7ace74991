#include "server/rpc/handlers/list_datasets.h"

#include <utility>

#include "server/rpc/translate/dataset.h"
#include "server/rpc/translate/page.h"

namespace thalweg::rpc {
namespace {

constexpr int kUsualPage = 100;
constexpr int kMostPage = 1000;

}  // namespace

absl::StatusOr<v1::ListDatasetsResponse> ListDatasets(datasets::DatasetBook& book,
                                                      const datasets::Viewer& viewer,
                                                      const v1::ListDatasetsRequest& request) {
  const auto page_size = PageSize(request.page_size(), kUsualPage, kMostPage);
  if (!page_size.ok()) return page_size.status();
  auto page = book.List(viewer, {*page_size, request.page_token()});
  if (!page.ok()) return page.status();
  v1::ListDatasetsResponse response;
  for (const datasets::Dataset& dataset : page->datasets) {
    ToWire(dataset, DatasetView::kListed, *response.add_datasets());
  }
  response.set_next_page_token(std::move(page->next_page_token));
  return response;
}

}  // namespace thalweg::rpc
