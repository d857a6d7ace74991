#include "server/rpc/handlers/list_penalties.h"

#include <utility>

#include "server/core/models/catalogue.h"
#include "server/rpc/translate/catalog.h"
#include "server/rpc/translate/page.h"

namespace thalweg::rpc {

absl::StatusOr<v1::ListPenaltiesResponse> ListPenalties(const v1::ListPenaltiesRequest& request) {
  const auto entries = models::Penalties();
  auto page = PageOf("ListPenalties", entries.size(), request.page_size(), request.page_token());
  if (!page.ok()) return page.status();
  v1::ListPenaltiesResponse response;
  for (size_t i = page->first; i < page->first + page->count; ++i) {
    ToWire(entries[i], *response.add_penalties());
  }
  response.set_next_page_token(std::move(page->next_page_token));
  return response;
}

}  // namespace thalweg::rpc
