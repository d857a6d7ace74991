#include "server/rpc/handlers/list_schedules.h"

#include <utility>

#include "server/core/schedule.h"
#include "server/rpc/translate/catalog.h"
#include "server/rpc/translate/page.h"

namespace thalweg::rpc {

absl::StatusOr<v1::ListSchedulesResponse> ListSchedules(const v1::ListSchedulesRequest& request) {
  const auto entries = Schedules();
  auto page = PageOf("ListSchedules", entries.size(), request.page_size(), request.page_token());
  if (!page.ok()) return page.status();
  v1::ListSchedulesResponse response;
  for (size_t i = page->first; i < page->first + page->count; ++i) {
    ToWire(entries[i], *response.add_schedules());
  }
  response.set_next_page_token(std::move(page->next_page_token));
  return response;
}

}  // namespace thalweg::rpc
