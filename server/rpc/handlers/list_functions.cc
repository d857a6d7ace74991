#include "server/rpc/handlers/list_functions.h"

#include <utility>

#include "server/core/functions/catalogue.h"
#include "server/rpc/translate/catalog.h"
#include "server/rpc/translate/page.h"

namespace thalweg::rpc {

absl::StatusOr<v1::ListFunctionsResponse> ListFunctions(const v1::ListFunctionsRequest& request) {
  const auto entries = TestFunctions();
  auto page = PageOf("ListFunctions", entries.size(), request.page_size(), request.page_token());
  if (!page.ok()) return page.status();
  v1::ListFunctionsResponse response;
  for (size_t i = page->first; i < page->first + page->count; ++i) {
    ToWire(entries[i], *response.add_functions());
  }
  response.set_next_page_token(std::move(page->next_page_token));
  return response;
}

}  // namespace thalweg::rpc
