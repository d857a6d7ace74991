#pragma once

#include <grpcpp/server_context.h>
#include <grpcpp/support/server_callback.h>

#include <functional>
#include <memory>
#include <utility>

#include "server/rpc/streams/watch_stream.h"
#include "server/rpc/unary_call.h"

namespace thalweg::rpc {

/// gRPC's side of a watch, for WatchRun, Optimize, WatchStudy and Watch, whose responses all have
/// an `update`. Owns itself until gRPC is done with it.
template <typename Response>
class WatchReactor final : public grpc::ServerWriteReactor<Response>, private UpdateWriter {
 public:
  /// A WatchOpener that is told who calls.
  using CallOpener =
      std::function<absl::StatusOr<OpenedWatch>(const CallContext&, std::function<void()> wake)>;

  /// `opener` waits for the disk, so it is called on a lane.
  static grpc::ServerWriteReactor<Response>* Start(
      const Surroundings& server, const WatchSurroundings& watches, const Method& method, Lane lane,
      grpc::CallbackServerContext& context, CallOpener opener,
      std::function<void(const std::string&)> abandoned = {}) {
    const CallContext call = Enter(server, method, context);
    auto* const reactor = new WatchReactor(server, watches, method, call, std::move(abandoned));
    const std::shared_ptr<WatchStream> stream = reactor->stream_;
    if (!call.admission.ok()) {
      reactor->End(call.admission);
      return reactor;
    }
    if (!watches.pump.Add(stream)) {
      reactor->End(absl::UnavailableError("too many streams are open; try again later"));
      return reactor;
    }
    // The reactor may be over before Submit returns; the stream is safe to hold.
    const bool queued = server.lanes[lane].Submit([stream, open = std::move(opener), call] {
      if (stream->gone()) return stream->Opened(absl::CancelledError("the client has gone"));
      const CallScope scope(call.tags);
      stream->Opened(Guarded<OpenedWatch>([&] { return open(call, stream->WakeUp()); }));
    });
    if (!queued) {
      stream->Opened(absl::UnavailableError("too many calls are waiting; try again later"));
    }
    return reactor;
  }

  void OnWriteDone(bool ok) override { stream_->Written(ok); }
  void OnCancel() override { stream_->Cancelled(); }
  void OnDone() override {
    pump_.Remove(stream_.get());
    delete this;
  }

 private:
  WatchReactor(const Surroundings& server, const WatchSurroundings& watches, const Method& method,
               const CallContext& call, std::function<void(const std::string&)> abandoned)
      : pump_(watches.pump),
        record_(server.events, server.incidents, method, call),
        stream_(std::make_shared<WatchStream>(watches, static_cast<UpdateWriter&>(*this), call.tags,
                                              std::move(abandoned))) {}

  google::protobuf::Message& Message() override {
    if (!response_) response_ = std::make_unique<Response>();
    return *response_->mutable_update();
  }
  void Write() override {
    record_.Sent();
    this->StartWrite(response_.get());
  }
  void Release() override { response_.reset(); }
  void End(const absl::Status& status) override { this->Finish(record_.End(status)); }

  StreamPump& pump_;
  CallRecord record_;
  std::shared_ptr<WatchStream> stream_;
  std::unique_ptr<Response> response_;  // gRPC reads it until OnWriteDone
};

}  // namespace thalweg::rpc
