// Client: runs.
#include <algorithm>

#include "client/cpp/call.h"
#include "client/cpp/request_id.h"
#include "client/cpp/stubs.h"

namespace thalweg::client {
namespace {

using Service = v1::OptimizationService::StubInterface;

/// The run inside a response that holds one.
template <typename Response>
Result<v1::Run> RunIn(Result<Response> response) {
  if (!response.ok()) return response.error();
  return std::move(*response->mutable_run());
}

/// A request that holds nothing but a run's name.
template <typename Request>
Request Named(const std::string& name) {
  Request request;
  request.set_name(RunName(name));
  return request;
}

/// Whether the best x of a run that is over has been left out: streams carry only points that fit
/// into a message of 1 MiB.
bool LacksPoints(const v1::Run& run) {
  return run.has_best() && run.best().x().values_size() < run.variables_size();
}

}  // namespace

Result<v1::Run> Client::CreateRun(const v1::Run& run, const CallOptions& options,
                                  const std::string& request_id, bool validate_only) const {
  v1::CreateRunRequest request;
  *request.mutable_run() = run;
  request.set_request_id(request_id.empty() ? RandomRequestId() : request_id);
  request.set_validate_only(validate_only);
  Service& service = *stubs_->optimization;
  return RunIn(Call<v1::CreateRunResponse>(options, service, &Service::CreateRun, request));
}

Result<v1::Run> Client::GetRun(const std::string& name, const CallOptions& options) const {
  Service& service = *stubs_->optimization;
  return RunIn(
      Call<v1::GetRunResponse>(options, service, &Service::GetRun, Named<v1::GetRunRequest>(name)));
}

Result<std::vector<v1::Run>> Client::ListRuns(const RunFilter& filter,
                                              const CallOptions& options) const {
  Service& service = *stubs_->optimization;
  v1::ListRunsRequest request;
  request.set_state(filter.state);
  request.set_label(filter.label);
  std::vector<v1::Run> runs;
  do {
    const int64_t wanted = filter.limit - static_cast<int64_t>(runs.size());
    request.set_page_size(static_cast<int32_t>(std::clamp<int64_t>(wanted, 1, 1000)));
    Result<v1::ListRunsResponse> page =
        Call<v1::ListRunsResponse>(options, service, &Service::ListRuns, request);
    if (!page.ok()) return page.error();
    for (v1::Run& run : *page->mutable_runs()) {
      if (static_cast<int64_t>(runs.size()) < filter.limit) runs.push_back(std::move(run));
    }
    request.set_page_token(page->next_page_token());
  } while (!request.page_token().empty() && static_cast<int64_t>(runs.size()) < filter.limit);
  return runs;
}

Result<v1::Run> Client::CancelRun(const std::string& name, const CallOptions& options) const {
  Service& service = *stubs_->optimization;
  return RunIn(Call<v1::CancelRunResponse>(options, service, &Service::CancelRun,
                                           Named<v1::CancelRunRequest>(name)));
}

Result<v1::Run> Client::PauseRun(const std::string& name, const CallOptions& options) const {
  Service& service = *stubs_->optimization;
  return RunIn(Call<v1::PauseRunResponse>(options, service, &Service::PauseRun,
                                          Named<v1::PauseRunRequest>(name)));
}

Result<v1::Run> Client::ResumeRun(const std::string& name, const CallOptions& options,
                                  int64_t iterations) const {
  auto request = Named<v1::ResumeRunRequest>(name);
  request.set_iterations(iterations);
  Service& service = *stubs_->optimization;
  return RunIn(Call<v1::ResumeRunResponse>(options, service, &Service::ResumeRun, request));
}

Result<v1::ChangeRunResponse> Client::ChangeRun(const v1::ChangeRunRequest& request,
                                                const CallOptions& options) const {
  v1::ChangeRunRequest named = request;
  named.set_name(RunName(request.name()));
  Service& service = *stubs_->optimization;
  return Call<v1::ChangeRunResponse>(options, service, &Service::ChangeRun, named);
}

Result<v1::Run> Client::ForkRun(v1::ForkRunRequest request, const CallOptions& options) const {
  request.set_name(RunName(request.name()));
  if (request.request_id().empty()) request.set_request_id(RandomRequestId());
  Service& service = *stubs_->optimization;
  return RunIn(Call<v1::ForkRunResponse>(options, service, &Service::ForkRun, request));
}

Result<v1::DeleteRunResponse> Client::DeleteRun(const std::string& name,
                                                const CallOptions& options) const {
  Service& service = *stubs_->optimization;
  return Call<v1::DeleteRunResponse>(options, service, &Service::DeleteRun,
                                     Named<v1::DeleteRunRequest>(name));
}

Result<v1::ListIteratesResponse> Client::ListIterates(const v1::ListIteratesRequest& request,
                                                      const CallOptions& options) const {
  Service& service = *stubs_->optimization;
  return Call<v1::ListIteratesResponse>(options, service, &Service::ListIterates, request);
}

Result<v1::Run> Client::Watch(const std::string& name, const WatchHandlers& handlers,
                              const WatchOptions& options) const {
  Result<v1::Run> run = WatchRun(*stubs_->optimization, RunName(name), handlers, options);
  if (!run.ok() || !LacksPoints(*run)) return run;
  Result<v1::Run> whole = GetRun(name, {.stop = options.stop});
  return whole.ok() ? whole : run;
}

std::optional<Error> Client::WatchMany(const v1::WatchRequest& request,
                                       const ManyHandlers& handlers,
                                       const WatchOptions& options) const {
  return client::WatchMany(*stubs_->watch, request, handlers, options);
}

}  // namespace thalweg::client
