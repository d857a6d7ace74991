#include "server/rpc/handlers/list_batches.h"

#include <utility>

#include "server/core/batches/batch_plan.h"
#include "server/rpc/translate/catalog.h"
#include "server/rpc/translate/page.h"

namespace thalweg::rpc {

absl::StatusOr<v1::ListBatchesResponse> ListBatches(const v1::ListBatchesRequest& request) {
  const auto entries = BatchPlans();
  auto page = PageOf("ListBatches", entries.size(), request.page_size(), request.page_token());
  if (!page.ok()) return page.status();
  v1::ListBatchesResponse response;
  for (size_t i = page->first; i < page->first + page->count; ++i) {
    ToWire(entries[i], *response.add_batches());
  }
  response.set_next_page_token(std::move(page->next_page_token));
  return response;
}

}  // namespace thalweg::rpc
