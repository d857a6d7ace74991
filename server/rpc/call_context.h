#pragma once

#include <grpcpp/server_context.h>

#include <string>

#include "absl/status/statusor.h"
#include "server/rpc/call_record.h"

namespace thalweg::rpc {

struct Surroundings;

/// What is known of a call besides its request: its handler and its log line use the same.
struct CallContext {
  std::string request_id;  ///< Of the client's choice, or made here; never empty.
};

/// The first thing that happens to every call, on gRPC's own thread, so it must be quick: says who
/// calls, or why the call may not go on.
absl::StatusOr<CallContext> Enter(const Surroundings& server, const Method& method,
                                  grpc::CallbackServerContext& context);

}  // namespace thalweg::rpc
