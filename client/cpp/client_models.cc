// Client: models.
#include <grpcpp/client_context.h>

#include "client/cpp/call.h"
#include "client/cpp/stubs.h"

namespace thalweg::client {

using Service = v1::ModelService::StubInterface;

Result<v1::EvaluateModelResponse> Client::EvaluateModel(const v1::EvaluateModelRequest& request,
                                                        const CallOptions& options) const {
  Service& service = *stubs_->model;
  return Call<v1::EvaluateModelResponse>(options, service, &Service::EvaluateModel, request);
}

Result<v1::PredictPointsResponse> Client::PredictPoints(const v1::PredictPointsRequest& request,
                                                        const CallOptions& options) const {
  Service& service = *stubs_->model;
  return Call<v1::PredictPointsResponse>(options, service, &Service::PredictPoints, request);
}

std::optional<Error> Client::Predict(const v1::PredictRequest& request,
                                     const std::function<bool(const v1::PredictResponse&)>& on_part,
                                     const CallOptions& options) const {
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + options.timeout);
  const std::stop_callback on_stop(options.stop, [&context] { context.TryCancel(); });

  const auto reader = stubs_->model->Predict(&context, request);
  v1::PredictResponse part;
  while (reader->Read(&part)) {
    if (!on_part(part)) context.TryCancel();
  }
  const grpc::Status status = reader->Finish();
  if (status.ok()) return std::nullopt;
  return ErrorFrom(AsLoss(status, options.stop));
}

}  // namespace thalweg::client
