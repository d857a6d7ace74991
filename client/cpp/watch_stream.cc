#include "client/cpp/watch_stream.h"

#include <functional>
#include <utility>

namespace thalweg::client {

WatchStream::WatchStream(v1::OptimizationService::StubInterface& service,
                         const v1::WatchRunRequest& request, std::stop_token stop)
    : on_stop_(std::move(stop), [this] { context_.TryCancel(); }) {
  reader_ = service.AsyncWatchRun(&context_, request, &queue_, nullptr);
  open_ = Await();
}

WatchStream::~WatchStream() {
  // Leaving early (a handler threw): the queue must be empty before it goes.
  context_.TryCancel();
  queue_.Shutdown();
  void* tag = nullptr;
  bool ok = false;
  while (queue_.Next(&tag, &ok)) {
  }
}

bool WatchStream::Read(v1::WatchRunResponse* response, std::chrono::milliseconds silence) {
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

grpc::Status WatchStream::Finish() {
  grpc::Status status;
  reader_->Finish(&status, nullptr);
  Await();
  if (!silent_) return status;
  return {grpc::StatusCode::UNAVAILABLE, "the server has been silent for too long"};
}

bool WatchStream::Await() {
  void* tag = nullptr;
  bool ok = false;
  return queue_.Next(&tag, &ok) && ok;
}

}  // namespace thalweg::client
