#include "server/rpc/call_context.h"

#include "server/rpc/unary_call.h"

namespace thalweg::rpc {

absl::StatusOr<CallContext> Enter(const Surroundings& /*server*/, const Method& /*method*/,
                                  grpc::CallbackServerContext& /*context*/) {
  return CallContext{};
}

}  // namespace thalweg::rpc
