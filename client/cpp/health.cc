#include "client/cpp/health.h"

#include "client/cpp/call.h"
#include "client/cpp/channel.h"
#include "grpc/health/v1/health.grpc.pb.h"

namespace thalweg::client {

namespace health = grpc::health::v1;

Result<std::string> CheckHealth(const ConnectionOptions& connection, const std::string& service,
                                const CallOptions& options) {
  const auto channel = MakeChannel(connection);
  if (!channel.ok()) return channel.error();
  const auto stub = health::Health::NewStub(*channel);
  health::HealthCheckRequest request;
  request.set_service(service);
  using Stub = health::Health::StubInterface;
  const auto answer =
      Call<health::HealthCheckResponse, Stub>(options, *stub, &Stub::Check, request);
  if (answer.ok()) return health::HealthCheckResponse::ServingStatus_Name(answer->status());
  if (answer.error().code == grpc::StatusCode::NOT_FOUND) return std::string("SERVICE_UNKNOWN");
  return answer.error();
}

}  // namespace thalweg::client
