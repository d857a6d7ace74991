#include "server/rpc/unary_call.h"

namespace thalweg::rpc {

std::chrono::steady_clock::time_point DeadlineOf(const grpc::CallbackServerContext& context) {
  constexpr std::chrono::seconds kDefault{30};
  const auto now = std::chrono::system_clock::now();
  // gRPC says "none" by a time centuries away, which steady time could not hold.
  const auto left = context.deadline() > now + std::chrono::hours(24 * 365)
                        ? std::chrono::system_clock::duration(kDefault)
                        : context.deadline() - now;
  return std::chrono::steady_clock::now() + left;
}

}  // namespace thalweg::rpc
