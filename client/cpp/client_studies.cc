// Client: studies.
#include <algorithm>

#include "client/cpp/call.h"
#include "client/cpp/request_id.h"
#include "client/cpp/stubs.h"

namespace thalweg::client {
namespace {

using Service = v1::StudyService::StubInterface;

/// The study inside a response that holds one.
template <typename Response>
Result<v1::Study> StudyIn(Result<Response> response) {
  if (!response.ok()) return response.error();
  return std::move(*response->mutable_study());
}

/// A request that holds nothing but a study's name.
template <typename Request>
Request Named(const std::string& name) {
  Request request;
  request.set_name(StudyName(name));
  return request;
}

}  // namespace

Result<v1::Study> Client::CreateStudy(const v1::Study& study, const CallOptions& options,
                                      const std::string& request_id, bool validate_only) const {
  v1::CreateStudyRequest request;
  *request.mutable_study() = study;
  request.set_request_id(request_id.empty() ? RandomRequestId() : request_id);
  request.set_validate_only(validate_only);
  Service& service = *stubs_->study;
  return StudyIn(Call<v1::CreateStudyResponse>(options, service, &Service::CreateStudy, request));
}

Result<v1::Study> Client::GetStudy(const std::string& name, const CallOptions& options) const {
  Service& service = *stubs_->study;
  return StudyIn(Call<v1::GetStudyResponse>(options, service, &Service::GetStudy,
                                            Named<v1::GetStudyRequest>(name)));
}

Result<std::vector<v1::Study>> Client::ListStudies(int64_t limit,
                                                   const CallOptions& options) const {
  Service& service = *stubs_->study;
  v1::ListStudiesRequest request;
  std::vector<v1::Study> studies;
  do {
    const int64_t wanted = limit - static_cast<int64_t>(studies.size());
    request.set_page_size(static_cast<int32_t>(std::clamp<int64_t>(wanted, 1, 100)));
    Result<v1::ListStudiesResponse> page =
        Call<v1::ListStudiesResponse>(options, service, &Service::ListStudies, request);
    if (!page.ok()) return page.error();
    for (v1::Study& study : *page->mutable_studies()) {
      if (static_cast<int64_t>(studies.size()) < limit) studies.push_back(std::move(study));
    }
    request.set_page_token(page->next_page_token());
  } while (!request.page_token().empty() && static_cast<int64_t>(studies.size()) < limit);
  return studies;
}

Result<v1::Study> Client::CancelStudy(const std::string& name, const CallOptions& options) const {
  Service& service = *stubs_->study;
  return StudyIn(Call<v1::CancelStudyResponse>(options, service, &Service::CancelStudy,
                                               Named<v1::CancelStudyRequest>(name)));
}

Result<v1::DeleteStudyResponse> Client::DeleteStudy(const std::string& name,
                                                    const CallOptions& options) const {
  Service& service = *stubs_->study;
  return Call<v1::DeleteStudyResponse>(options, service, &Service::DeleteStudy,
                                       Named<v1::DeleteStudyRequest>(name));
}

Result<v1::Study> Client::WatchStudy(const std::string& name, const StudyHandlers& handlers,
                                     const WatchOptions& options) const {
  return client::WatchStudy(*stubs_->study, StudyName(name), handlers, options);
}

}  // namespace thalweg::client
