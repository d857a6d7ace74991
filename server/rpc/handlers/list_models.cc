#include "server/rpc/handlers/list_models.h"

#include <utility>

#include "server/core/models/catalogue.h"
#include "server/rpc/translate/catalog.h"
#include "server/rpc/translate/page.h"

namespace thalweg::rpc {

absl::StatusOr<v1::ListModelsResponse> ListModels(const v1::ListModelsRequest& request) {
  const auto entries = models::Models();
  auto page = PageOf("ListModels", entries.size(), request.page_size(), request.page_token());
  if (!page.ok()) return page.status();
  v1::ListModelsResponse response;
  for (size_t i = page->first; i < page->first + page->count; ++i) {
    ToWire(entries[i], *response.add_models());
  }
  response.set_next_page_token(std::move(page->next_page_token));
  return response;
}

}  // namespace thalweg::rpc
