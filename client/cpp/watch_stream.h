#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <stop_token>
#include <utility>

#include <grpcpp/client_context.h>
#include <grpcpp/completion_queue.h>
#include <grpcpp/support/async_stream.h>

namespace thalweg::client {

/// One connection's stream of `Response`, read from one thread. Asynchronous underneath for one
/// reason: a read can then be given up after a silence, which gRPC's blocking read cannot.
template <typename Response>
class WatchStream {
 public:
  using Reader = std::unique_ptr<grpc::ClientAsyncReaderInterface<Response>>;
  /// Starts the call: `service.AsyncWatchRun(context, request, queue, nullptr)`.
  using Begin = std::function<Reader(grpc::ClientContext*, grpc::CompletionQueue*)>;

  WatchStream(const Begin& begin, std::stop_token stop)
      : on_stop_(std::move(stop), [this] { context_.TryCancel(); }) {
    reader_ = begin(&context_, &queue_);
    open_ = Await();
  }
  ~WatchStream() {
    // Leaving early (a handler threw): the queue must be empty before it goes.
    context_.TryCancel();
    queue_.Shutdown();
    void* tag = nullptr;
    bool ok = false;
    while (queue_.Next(&tag, &ok)) {
    }
  }

  /// Waits up to `silence` for the next message; false when there is none: the stream is over.
  bool Read(Response* response, std::chrono::milliseconds silence) {
    if (!open_) return false;
    reader_->Read(response, nullptr);
    void* tag = nullptr;
    bool ok = false;
    const auto deadline = std::chrono::system_clock::now() + silence;
    if (queue_.AsyncNext(&tag, &ok, deadline) == grpc::CompletionQueue::GOT_EVENT) return ok;
    silent_ = true;
    context_.TryCancel();
    return Await() && false;
  }

  /// How the stream ended. After Read gave false, once.
  grpc::Status Finish() {
    grpc::Status status;
    reader_->Finish(&status, nullptr);
    Await();
    if (!silent_) return status;
    return {grpc::StatusCode::UNAVAILABLE, "the server has been silent for too long"};
  }

 private:
  /// Waits for the operation in flight: whether it succeeded.
  bool Await() {
    void* tag = nullptr;
    bool ok = false;
    return queue_.Next(&tag, &ok) && ok;
  }

  grpc::CompletionQueue queue_;
  grpc::ClientContext context_;
  std::stop_callback<std::function<void()>> on_stop_;
  Reader reader_;
  bool open_ = false;    // the call was started
  bool silent_ = false;  // given up after a silence
};

}  // namespace thalweg::client
