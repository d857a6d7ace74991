#pragma once

#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/grpcpp.h>

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"

namespace thalweg::rpc {

/// A channel with a connection of its own, however many there are to the same address.
inline std::shared_ptr<grpc::Channel> ChannelTo(int port, grpc::ChannelArguments arguments = {}) {
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  arguments.SetMaxReceiveMessageSize(-1);
  return grpc::CreateCustomChannel(absl::StrCat("127.0.0.1:", port),
                                   grpc::InsecureChannelCredentials(), arguments);
}

/// A context whose call ends within `patience`.
class Context : public grpc::ClientContext {
 public:
  explicit Context(std::chrono::milliseconds patience = std::chrono::seconds(20)) {
    set_deadline(std::chrono::system_clock::now() + patience);
  }
};

/// Status and response bytes of a unary call whose messages there is no generated code for.
struct RawAnswer {
  grpc::Status status;
  std::string bytes;
};
inline RawAnswer CallRaw(const std::shared_ptr<grpc::Channel>& channel, const std::string& method,
                         const std::string& request, const std::string& request_id = "") {
  grpc::GenericStub stub(channel);
  grpc::CompletionQueue queue;
  Context context;
  if (!request_id.empty()) context.AddMetadata("x-request-id", request_id);
  const grpc::Slice slice(request);
  const auto call = stub.PrepareUnaryCall(&context, method, grpc::ByteBuffer(&slice, 1), &queue);
  call->StartCall();
  RawAnswer answer;
  grpc::ByteBuffer response;
  call->Finish(&response, &answer.status, &queue);
  void* tag = nullptr;
  bool ok = false;
  queue.Next(&tag, &ok);
  std::vector<grpc::Slice> slices;
  if (answer.status.ok() && response.Dump(&slices).ok()) {
    for (const grpc::Slice& part : slices) {
      answer.bytes.append(reinterpret_cast<const char*>(part.begin()), part.size());
    }
  }
  return answer;
}

/// grpc.health.v1: 1 SERVING, 2 NOT_SERVING, -1 for an unknown service or no answer. The messages
/// have one field each: 1, the service's name, and 1, the status.
inline int Health(const std::shared_ptr<grpc::Channel>& channel, const std::string& service) {
  const std::string request =
      service.empty() ? "" : std::string("\x0A") + static_cast<char>(service.size()) + service;
  const RawAnswer answer = CallRaw(channel, "/grpc.health.v1.Health/Check", request);
  if (!answer.status.ok() || answer.bytes.size() != 2) return -1;
  return answer.bytes[1];
}

}  // namespace thalweg::rpc
