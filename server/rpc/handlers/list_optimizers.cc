#include "server/rpc/handlers/list_optimizers.h"

#include <utility>

#include "server/core/optimizer.h"
#include "server/rpc/translate/catalog.h"
#include "server/rpc/translate/page.h"

namespace thalweg::rpc {

absl::StatusOr<v1::ListOptimizersResponse> ListOptimizers(
    const v1::ListOptimizersRequest& request) {
  const auto entries = Optimizers();
  auto page = PageOf("ListOptimizers", entries.size(), request.page_size(), request.page_token());
  if (!page.ok()) return page.status();
  v1::ListOptimizersResponse response;
  for (size_t i = page->first; i < page->first + page->count; ++i) {
    v1::CatalogEntry& wire = *response.add_optimizers();
    ToWire(entries[i], wire);
    const auto usual = entries[i].make({entries[i].name, {}});
    if (usual.ok()) ToWire((*usual)->capabilities(), *wire.mutable_capabilities());
  }
  response.set_next_page_token(std::move(page->next_page_token));
  return response;
}

}  // namespace thalweg::rpc
