// Client: the catalogue.
#include <iterator>
#include <utility>

#include "client/cpp/call.h"
#include "client/cpp/stubs.h"

namespace thalweg::client {
namespace {

using Service = v1::CatalogService::StubInterface;

/// All pages of a list: `rows` gives the rows of one response.
template <typename Row, typename Request, typename Response, typename Rows>
Result<std::vector<Row>> AllPages(const CallOptions& options, Service& service,
                                  grpc::Status (Service::*method)(grpc::ClientContext*,
                                                                  const Request&, Response*),
                                  Rows rows) {
  std::vector<Row> all;
  Request request;
  do {
    Result<Response> page = Call<Response>(options, service, method, request);
    if (!page.ok()) return page.error();
    for (Row& row : *rows(*page)) all.push_back(std::move(row));
    request.set_page_token(page->next_page_token());
  } while (!request.page_token().empty());
  return all;
}

}  // namespace

Result<std::vector<v1::CatalogEntry>> Client::ListOptimizers(const CallOptions& options) const {
  return AllPages<v1::CatalogEntry>(
      options, *stubs_->catalog, &Service::ListOptimizers,
      [](v1::ListOptimizersResponse& page) { return page.mutable_optimizers(); });
}

Result<std::vector<v1::CatalogEntry>> Client::ListSchedules(const CallOptions& options) const {
  return AllPages<v1::CatalogEntry>(
      options, *stubs_->catalog, &Service::ListSchedules,
      [](v1::ListSchedulesResponse& page) { return page.mutable_schedules(); });
}

Result<std::vector<v1::CatalogEntry>> Client::ListLineSearches(const CallOptions& options) const {
  return AllPages<v1::CatalogEntry>(
      options, *stubs_->catalog, &Service::ListLineSearches,
      [](v1::ListLineSearchesResponse& page) { return page.mutable_line_searches(); });
}

Result<std::vector<v1::CatalogEntry>> Client::ListStoppingRules(const CallOptions& options) const {
  return AllPages<v1::CatalogEntry>(
      options, *stubs_->catalog, &Service::ListStoppingRules,
      [](v1::ListStoppingRulesResponse& page) { return page.mutable_stopping_rules(); });
}

Result<std::vector<v1::CatalogEntry>> Client::ListModels(const CallOptions& options) const {
  return AllPages<v1::CatalogEntry>(
      options, *stubs_->catalog, &Service::ListModels,
      [](v1::ListModelsResponse& page) { return page.mutable_models(); });
}

Result<std::vector<v1::CatalogEntry>> Client::ListLosses(const CallOptions& options) const {
  return AllPages<v1::CatalogEntry>(
      options, *stubs_->catalog, &Service::ListLosses,
      [](v1::ListLossesResponse& page) { return page.mutable_losses(); });
}

Result<std::vector<v1::CatalogEntry>> Client::ListPenalties(const CallOptions& options) const {
  return AllPages<v1::CatalogEntry>(
      options, *stubs_->catalog, &Service::ListPenalties,
      [](v1::ListPenaltiesResponse& page) { return page.mutable_penalties(); });
}

Result<std::vector<v1::CatalogEntry>> Client::ListBatches(const CallOptions& options) const {
  return AllPages<v1::CatalogEntry>(
      options, *stubs_->catalog, &Service::ListBatches,
      [](v1::ListBatchesResponse& page) { return page.mutable_batches(); });
}

Result<std::vector<v1::Function>> Client::ListFunctions(const CallOptions& options) const {
  return AllPages<v1::Function>(
      options, *stubs_->catalog, &Service::ListFunctions,
      [](v1::ListFunctionsResponse& page) { return page.mutable_functions(); });
}

Result<std::vector<v1::LanguageFunction>> Client::ListLanguageFunctions(
    const CallOptions& options) const {
  return AllPages<v1::LanguageFunction>(
      options, *stubs_->catalog, &Service::ListLanguageFunctions,
      [](v1::ListLanguageFunctionsResponse& page) { return page.mutable_functions(); });
}

Result<v1::GetServerInfoResponse> Client::GetServerInfo(const CallOptions& options) const {
  Service& service = *stubs_->catalog;
  return Call<v1::GetServerInfoResponse>(options, service, &Service::GetServerInfo,
                                         v1::GetServerInfoRequest());
}

}  // namespace thalweg::client
