#include "server/rpc/handlers/list_stopping_rules.h"

#include <utility>

#include "server/core/stopping_rule.h"
#include "server/rpc/translate/catalog.h"
#include "server/rpc/translate/page.h"

namespace thalweg::rpc {

absl::StatusOr<v1::ListStoppingRulesResponse> ListStoppingRules(
    const v1::ListStoppingRulesRequest& request) {
  const auto entries = StoppingRules();
  auto page =
      PageOf("ListStoppingRules", entries.size(), request.page_size(), request.page_token());
  if (!page.ok()) return page.status();
  v1::ListStoppingRulesResponse response;
  for (size_t i = page->first; i < page->first + page->count; ++i) {
    ToWire(entries[i], *response.add_stopping_rules());
  }
  response.set_next_page_token(std::move(page->next_page_token));
  return response;
}

}  // namespace thalweg::rpc
