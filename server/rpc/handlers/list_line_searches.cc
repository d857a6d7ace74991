#include "server/rpc/handlers/list_line_searches.h"

#include <utility>

#include "server/core/line_search.h"
#include "server/rpc/translate/catalog.h"
#include "server/rpc/translate/page.h"

namespace thalweg::rpc {

absl::StatusOr<v1::ListLineSearchesResponse> ListLineSearches(
    const v1::ListLineSearchesRequest& request) {
  const auto entries = LineSearches();
  auto page = PageOf("ListLineSearches", entries.size(), request.page_size(), request.page_token());
  if (!page.ok()) return page.status();
  v1::ListLineSearchesResponse response;
  for (size_t i = page->first; i < page->first + page->count; ++i) {
    ToWire(entries[i], *response.add_line_searches());
  }
  response.set_next_page_token(std::move(page->next_page_token));
  return response;
}

}  // namespace thalweg::rpc
