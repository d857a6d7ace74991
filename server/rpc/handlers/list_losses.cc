#include "server/rpc/handlers/list_losses.h"

#include <utility>

#include "server/core/models/catalogue.h"
#include "server/rpc/translate/catalog.h"
#include "server/rpc/translate/page.h"

namespace thalweg::rpc {

absl::StatusOr<v1::ListLossesResponse> ListLosses(const v1::ListLossesRequest& request) {
  const auto entries = models::Losses();
  auto page = PageOf("ListLosses", entries.size(), request.page_size(), request.page_token());
  if (!page.ok()) return page.status();
  v1::ListLossesResponse response;
  for (size_t i = page->first; i < page->first + page->count; ++i) {
    ToWire(entries[i], *response.add_losses());
  }
  response.set_next_page_token(std::move(page->next_page_token));
  return response;
}

}  // namespace thalweg::rpc
