// Client: objectives by themselves.
#include "client/cpp/call.h"
#include "client/cpp/stubs.h"

namespace thalweg::client {

using Service = v1::ObjectiveService::StubInterface;

Result<v1::CompileObjectiveResponse> Client::CompileObjective(
    const v1::CompileObjectiveRequest& request, const CallOptions& options) const {
  Service& service = *stubs_->objective;
  return Call<v1::CompileObjectiveResponse>(options, service, &Service::CompileObjective, request);
}

Result<v1::EvaluateObjectiveResponse> Client::EvaluateObjective(
    const v1::EvaluateObjectiveRequest& request, const CallOptions& options) const {
  Service& service = *stubs_->objective;
  return Call<v1::EvaluateObjectiveResponse>(options, service, &Service::EvaluateObjective,
                                             request);
}

Result<v1::CheckGradientResponse> Client::CheckGradient(const v1::CheckGradientRequest& request,
                                                        const CallOptions& options) const {
  Service& service = *stubs_->objective;
  return Call<v1::CheckGradientResponse>(options, service, &Service::CheckGradient, request);
}

Result<v1::SampleLandscapeResponse> Client::SampleLandscape(
    const v1::SampleLandscapeRequest& request, const CallOptions& options) const {
  Service& service = *stubs_->objective;
  return Call<v1::SampleLandscapeResponse>(options, service, &Service::SampleLandscape, request);
}

}  // namespace thalweg::client
