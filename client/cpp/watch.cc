#include "client/cpp/watch.h"

#include <algorithm>
#include <utility>

#include "client/cpp/patience.h"
#include "client/cpp/watch_stream.h"

namespace thalweg::client {
namespace {

/// The state of a watch across its connections.
class Watcher {
 public:
  Watcher(const std::string& name, const WatchHandlers& handlers, const WatchOptions& options)
      : name_(name),
        handlers_(handlers),
        options_(options),
        next_(options.from_iteration),
        handled_until_(options.from_iteration) {}

  Result<v1::Run> ToTheEnd(v1::OptimizationService::StubInterface& service);

 private:
  v1::WatchRunRequest Request() const;
  /// Handles the messages of one connection; how it ended.
  grpc::Status FollowOnce(v1::OptimizationService::StubInterface& service);
  void Handle(v1::RunUpdate& update);
  void HandleIterates(const v1::IterateBatch& batch);

  const std::string name_;
  const WatchHandlers& handlers_;
  const WatchOptions& options_;
  int64_t next_;           // the first iteration that has not been handled
  int64_t handled_until_;  // events of earlier iterations have been handled
  Patience patience_{options_.give_up_after, options_.stop};
  v1::Run run_;  // as last heard
  bool over_ = false;
  bool malformed_ = false;
};

Result<v1::Run> Watcher::ToTheEnd(v1::OptimizationService::StubInterface& service) {
  while (true) {
    const grpc::Status status = FollowOnce(service);
    if (over_) return std::move(run_);
    if (malformed_ && !options_.stop.stop_requested()) return MalformedBatches();
    const auto ends = patience_.AfterLoss(status, [this](const Error& error) {
      if (handlers_.on_lost) handlers_.on_lost(error, next_);
    });
    if (ends) return *ends;
  }
}

v1::WatchRunRequest Watcher::Request() const {
  v1::WatchRunRequest request;
  request.set_name(name_);
  request.set_from_iteration(next_);
  request.set_mode(options_.live ? v1::WATCH_MODE_LIVE : v1::WATCH_MODE_ALL);
  request.set_max_updates_per_second(options_.live.value_or(0));
  return request;
}

grpc::Status Watcher::FollowOnce(v1::OptimizationService::StubInterface& service) {
  const v1::WatchRunRequest request = Request();
  WatchStream<v1::WatchRunResponse> stream(
      [&](grpc::ClientContext* context, grpc::CompletionQueue* queue) {
        return service.AsyncWatchRun(context, request, queue, nullptr);
      },
      options_.stop);
  v1::WatchRunResponse response;
  while (!over_ && !malformed_ && stream.Read(&response, options_.longest_silence)) {
    patience_.Heard();
    Handle(*response.mutable_update());
  }
  if (over_ || malformed_) return grpc::Status::OK;
  return stream.Finish();
}

void Watcher::Handle(v1::RunUpdate& update) {
  switch (update.update_case()) {
    case v1::RunUpdate::kRun:
      run_ = std::move(*update.mutable_run());
      if (handlers_.on_run) handlers_.on_run(run_);
      break;
    case v1::RunUpdate::kIterates:
      HandleIterates(update.iterates());
      break;
    case v1::RunUpdate::kGap:
      if (handlers_.on_gap) handlers_.on_gap(update.gap());
      break;
    case v1::RunUpdate::kHeartbeat:
    case v1::RunUpdate::UPDATE_NOT_SET:  // a kind of update from a newer server
      break;
  }
  if (handlers_.on_event && !malformed_) {
    for (const v1::RunEvent& event : update.events()) {
      if (event.iteration() >= handled_until_) handlers_.on_event(event);
    }
  }
  next_ = std::max(next_, update.next_iteration());
  handled_until_ = next_;
  over_ = update.last();
}

void Watcher::HandleIterates(const v1::IterateBatch& batch) {
  malformed_ = !IsWellFormed(batch);
  if (malformed_) return;
  // A server may begin a batch before the iteration asked for; those have been handled.
  const auto& iterations = batch.iteration();
  const auto fresh = std::lower_bound(iterations.begin(), iterations.end(), next_);
  if (fresh == iterations.end()) return;
  const IteratesView view(batch, static_cast<size_t>(fresh - iterations.begin()));
  if (handlers_.on_iterates) handlers_.on_iterates(view);
  next_ = view.iteration().back() + 1;
}

}  // namespace

Result<v1::Run> WatchRun(v1::OptimizationService::StubInterface& service, const std::string& name,
                         const WatchHandlers& handlers, const WatchOptions& options) {
  return Watcher(name, handlers, options).ToTheEnd(service);
}

}  // namespace thalweg::client
