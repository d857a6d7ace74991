#include "server/rpc/handlers/list_runs.h"

#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "server/core/violation.h"
#include "server/rpc/translate/label.h"
#include "server/rpc/translate/page.h"
#include "server/rpc/translate/refusals.h"
#include "server/rpc/translate/run.h"

namespace thalweg::rpc {
namespace {

constexpr int kUsualPage = 100;
constexpr int kMostPage = 1000;

absl::StatusOr<runs::RunQuery> QueryOf(const v1::ListRunsRequest& request) {
  Refusals refusals;
  runs::RunQuery query;
  query.page_token = request.page_token();
  query.state = FromWire(request.state());
  if (!query.state && request.state() != v1::RUN_STATE_UNSPECIFIED) {
    refusals.Add("state", Reason::kInvalidValue,
                 absl::StrCat("is ", static_cast<int>(request.state()), ", which is no state"));
  }
  const auto page_size = PageSize(request.page_size(), kUsualPage, kMostPage);
  if (page_size.ok()) {
    query.page_size = *page_size;
  } else {
    refusals.Add("", page_size.status());
  }
  const auto label = LabelFilter(request.label());
  if (label.ok()) {
    query.label = *label;
  } else {
    refusals.Add("", label.status());
  }
  if (!refusals.empty()) return refusals.ToStatus();
  return query;
}

}  // namespace

absl::StatusOr<v1::ListRunsResponse> ListRuns(runs::RunBook& runs,
                                              const v1::ListRunsRequest& request) {
  const auto query = QueryOf(request);
  if (!query.ok()) return query.status();
  auto page = runs.List(*query);
  if (!page.ok()) return page.status();
  v1::ListRunsResponse response;
  for (const runs::Run& run : page->runs) ToWire(run, kListedRun, *response.add_runs());
  response.set_next_page_token(std::move(page->next_page_token));
  return response;
}

}  // namespace thalweg::rpc
