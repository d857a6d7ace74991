#include "server/rpc/handlers/list_language_functions.h"

#include <utility>

#include "server/core/expression/expression.h"
#include "server/rpc/translate/catalog.h"
#include "server/rpc/translate/page.h"

namespace thalweg::rpc {

absl::StatusOr<v1::ListLanguageFunctionsResponse> ListLanguageFunctions(
    const v1::ListLanguageFunctionsRequest& request) {
  const auto entries = expression::Functions();
  auto page =
      PageOf("ListLanguageFunctions", entries.size(), request.page_size(), request.page_token());
  if (!page.ok()) return page.status();
  v1::ListLanguageFunctionsResponse response;
  for (size_t i = page->first; i < page->first + page->count; ++i) {
    ToWire(entries[i], *response.add_functions());
  }
  response.set_next_page_token(std::move(page->next_page_token));
  return response;
}

}  // namespace thalweg::rpc
