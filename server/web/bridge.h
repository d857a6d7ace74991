#pragma once

#include <grpcpp/grpcpp.h>

#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "server/web/call.h"
#include "server/web/http.h"
#include "server/web/origins.h"

namespace thalweg::web {

struct BridgeOptions {
  std::shared_ptr<grpc::ChannelInterface> channel =
      {};                                         ///< To the service; null: there is no bridge.
  size_t max_message_bytes = 4 << 20;             ///< Of one request, as the service allows.
  std::vector<std::string> allowed_origins = {};  ///< Beside our own; see Origins.
};

/// gRPC-Web to gRPC: what a request is, and the call that it becomes. Every method the service has
/// can be called, since messages pass as bytes.
class Bridge {
 public:
  explicit Bridge(const BridgeOptions& options);

  /// Waits until gRPC is done with every call; before the executor of any of them goes.
  void WaitForNone() { count_.WaitForNone(); }

  /// Whether the request is ours to answer.
  bool Concerns(const Request& request) const;

  /// The answer to a request that is no RPC, told from its header: preflights, other methods and
  /// content types, foreign pages. None for an RPC.
  std::optional<Response> AnswerHead(const Request& request) const;

  /// Of a request's body.
  size_t max_body_bytes() const;
  Response TooLarge(const Request& request, uint64_t bytes) const;

  /// A share, for `bytes` of a large body, of the memory that all of them may take together, until
  /// it is let go of. Null where there is none left.
  std::shared_ptr<void> Reserve(uint64_t bytes);
  Response Overloaded(const Request& request) const;

  /// The call that a request is, its body still to be added; `request.body` is the whole body.
  absl::StatusOr<CallRequest> Understand(const Request& request) const;

  /// The answer to an RPC that does not come about.
  Response Refuse(const Request& request, const absl::Status& status) const;

  /// An answer's status line and header up to the service's metadata.
  std::string Head(const Request& request, bool keep_alive) const;

  std::shared_ptr<Call> Start(CallRequest request, const Call::Executor& executor,
                              std::shared_ptr<CallClient> client);

 private:
  const size_t max_message_bytes_;
  const Origins origins_;
  grpc::GenericStub stub_;
  CallCount count_;
  std::atomic<uint64_t> reserved_{0};  // bytes
};

}  // namespace thalweg::web
