#include "server/rpc/handlers/list_iterates.h"

#include <algorithm>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "server/core/violation.h"
#include "server/rpc/translate/iterates.h"
#include "server/rpc/translate/page.h"
#include "server/rpc/translate/refusals.h"
#include "server/rpc/translate/run_name.h"

namespace thalweg::rpc {
namespace {

constexpr int kUsualPage = 1000;
constexpr int kMostPage = 10'000;
// gRPC's clients refuse messages above 4 MiB unless told otherwise.
constexpr int64_t kMostBytes = 3 << 20;
constexpr int64_t kRowBytes = 120;  // of one iterate without x

/// Iterates of this run that fit into one answer.
int64_t MostRows(const runs::Run& run) {
  int64_t size = 0;
  for (const Variable& variable : run.variables) size += variable.length;
  const int64_t asked = run.spec.traced_coordinates;
  const int64_t traced = std::min(size, asked < 0 ? runs::kDefaultTracedCoordinates : asked);
  return std::max<int64_t>(1, kMostBytes / (kRowBytes + traced * 8));
}

absl::StatusOr<runs::IterateQuery> QueryOf(const v1::ListIteratesRequest& request) {
  Refusals refusals;
  runs::IterateQuery query;
  query.from = request.from_iteration();
  if (query.from < 0) {
    refusals.Add("from_iteration", Reason::kInvalidValue,
                 absl::StrCat("is ", query.from, "; must be 0 or more"));
  }
  if (request.has_to_iteration()) {
    query.to = request.to_iteration();
    if (query.to < query.from) {
      refusals.Add("to_iteration", Reason::kInvalidValue,
                   absl::StrCat("is ", query.to, "; must be from_iteration or more"));
    }
  }
  query.max_points = request.max_points();
  if (query.max_points < 0) {
    refusals.Add("max_points", Reason::kInvalidValue,
                 absl::StrCat("is ", query.max_points, "; must be 0 (all) or more"));
  }
  const auto page_size = PageSize(request.page_size(), kUsualPage, kMostPage);
  if (page_size.ok()) {
    query.page_size = *page_size;
  } else {
    refusals.Add("", page_size.status());
  }
  query.page_token = request.page_token();
  if (!refusals.empty()) return refusals.ToStatus();
  return query;
}

}  // namespace

absl::StatusOr<v1::ListIteratesResponse> ListIterates(runs::RunBook& runs,
                                                      const v1::ListIteratesRequest& request) {
  const auto name = RunName::Parse(request.name());
  if (!name.ok()) return name.status();
  auto query = QueryOf(request);
  if (!query.ok()) return query.status();
  const auto run = runs.Get(name->id());
  if (!run.ok()) return run.status();

  const int64_t most = MostRows(*run);
  query->page_size = static_cast<int>(std::min<int64_t>(query->page_size, most));
  query->max_points = std::min(query->max_points, most);
  auto page = runs.ListIterates(name->id(), *query);
  if (!page.ok()) return page.status();
  v1::ListIteratesResponse response;
  ToWire(page->block, *response.mutable_iterates());
  response.set_next_page_token(std::move(page->next_page_token));
  return response;
}

}  // namespace thalweg::rpc
