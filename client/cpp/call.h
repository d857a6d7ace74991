#pragma once

#include <chrono>
#include <stop_token>
#include <utility>

#include <grpcpp/client_context.h>

#include "client/cpp/client.h"

namespace thalweg::client {

/// Makes one unary call under the deadline and stop of `options`.
///
///   return Call<v1::GetRunResponse>(options, *stub, &Stub::GetRun, request);
template <typename Response, typename Stub, typename Request>
Result<Response> Call(const CallOptions& options, Stub& stub,
                      grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&, Response*),
                      const Request& request) {
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + options.timeout);
  const std::stop_callback on_stop(options.stop, [&context] { context.TryCancel(); });

  Response response;
  const grpc::Status status = (stub.*method)(&context, request, &response);
  if (!status.ok()) return ErrorFrom(AsLoss(status, options.stop));
  return response;
}

}  // namespace thalweg::client
