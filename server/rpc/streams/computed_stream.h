#pragma once

#include <grpcpp/server_context.h>
#include <grpcpp/support/server_callback.h>

#include <functional>
#include <utility>

#include "server/rpc/unary_call.h"

namespace thalweg::rpc {

/// A stream whose messages are computed one after the other, each on a lane and only when the one
/// before is gone: a slow reader costs one message. Owns itself until gRPC is done with it.
template <typename Response>
class ComputedStream final : public grpc::ServerWriteReactor<Response> {
 public:
  /// Fills in the next message; false: there are no more.
  using Next = std::function<absl::StatusOr<bool>(Response&)>;
  /// The interruption lives as long as what is given.
  using Open = std::function<absl::StatusOr<Next>(const CallContext&, const Interruption&)>;

  static grpc::ServerWriteReactor<Response>* Start(const Surroundings& server, const Method& method,
                                                   Lane lane, grpc::CallbackServerContext& context,
                                                   Open open) {
    auto* const stream = new ComputedStream(server, method, lane, Enter(server, method, context),
                                            DeadlineOf(context));
    if (const absl::Status& admission = stream->record_.call().admission; !admission.ok()) {
      stream->End(admission);
      return stream;
    }
    // Nothing may touch `stream` after a successful Submit: it may be over by then.
    if (!stream->executor_.Submit([stream, open = std::move(open)] { stream->Begin(open); })) {
      stream->End(absl::UnavailableError("too many calls are waiting; try again later"));
    }
    return stream;
  }

  void OnWriteDone(bool ok) override {
    if (!ok) return End(absl::CancelledError("the client has gone"));
    executor_.SubmitAlways([this] { Continue(); });
  }
  void OnCancel() override { interruption_.Cancel(); }
  void OnDone() override { delete this; }

 private:
  ComputedStream(const Surroundings& server, const Method& method, Lane lane, CallContext context,
                 std::chrono::steady_clock::time_point deadline)
      : record_(server.events, server.incidents, method, std::move(context)),
        interruption_(deadline),
        executor_(server.lanes[lane]) {}

  void Begin(const Open& open) {
    absl::StatusOr<Next> next = Guarded<Next>([&]() -> absl::StatusOr<Next> {
      if (absl::Status status = interruption_.Check(); !status.ok()) return status;
      const CallScope scope(record_.call().tags);
      return open(record_.call(), interruption_);
    });
    if (!next.ok()) return End(next.status());
    next_ = *std::move(next);
    Continue();
  }

  void Continue() {
    response_.Clear();
    const absl::StatusOr<bool> more = Guarded<bool>([this]() -> absl::StatusOr<bool> {
      if (absl::Status status = interruption_.Check(); !status.ok()) return status;
      const CallScope scope(record_.call().tags);
      return next_(response_);
    });
    if (!more.ok() || !*more) return End(more.status());
    record_.Sent();
    this->StartWrite(&response_);
  }

  void End(const absl::Status& status) { this->Finish(record_.End(status)); }

  CallRecord record_;
  Interruption interruption_;
  Executor& executor_;
  Next next_;
  Response response_;  // gRPC reads it until OnWriteDone
};

}  // namespace thalweg::rpc
