#pragma once

#include <grpcpp/server_context.h>

#include <string>

#include "absl/status/status.h"
#include "server/access/guard.h"
#include "server/events/call_scope.h"
#include "server/rpc/method.h"

namespace thalweg::rpc {

struct Surroundings;

/// What is known of a call besides its request: its handler and its log lines use the same.
struct CallContext {
  CallTags tags;           ///< request_id is never empty.
  std::string peer;        ///< As gRPC has it: "ipv4:192.0.2.1:50123".
  absl::Status admission;  ///< Not OK: why the call may not go on.
  access::Caller caller = {};
  access::Hold hold = {};  ///< What the call counts against its tenant's quotas while it lasts.
};

/// The first thing that happens to every call, on gRPC's own thread, so it must be quick: says who
/// calls, and whether the call may go on. The caller is told the request's id in the initial
/// metadata.
CallContext Enter(const Surroundings& server, const Method& method,
                  grpc::CallbackServerContext& context);

}  // namespace thalweg::rpc
