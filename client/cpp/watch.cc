#include "client/cpp/watch.h"

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <utility>

#include "client/cpp/watch_stream.h"

namespace thalweg::client {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr milliseconds kFirstWait{100};
constexpr milliseconds kLongestWait{1'000};

/// Whether the same watch may succeed later: the server was not reached, or it is restarting.
bool IsLoss(const grpc::Status& status) {
  switch (status.error_code()) {
    case grpc::StatusCode::OK:  // ended without the update marked `last`: it is draining
    case grpc::StatusCode::UNAVAILABLE:
    case grpc::StatusCode::INTERNAL:  // how gRPC reports a stream that was reset
      return true;
    default:
      return false;
  }
}

/// Sleeps unless `stop` is requested meanwhile.
void WaitFor(milliseconds duration, const std::stop_token& stop) {
  std::mutex mutex;
  std::condition_variable_any never;
  std::unique_lock lock(mutex);
  never.wait_for(lock, stop, duration, [] { return false; });
}

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
  Clock::time_point last_message_ = Clock::now();
  milliseconds wait_ = kFirstWait;
  v1::Run run_;  // as last heard
  bool over_ = false;
  bool malformed_ = false;
};

Result<v1::Run> Watcher::ToTheEnd(v1::OptimizationService::StubInterface& service) {
  while (true) {
    const grpc::Status status = FollowOnce(service);
    if (over_) return std::move(run_);
    if (options_.stop.stop_requested()) {
      return Error{grpc::StatusCode::CANCELLED, "the watch was stopped", {}, {}, {}};
    }
    if (malformed_) {
      return Error{grpc::StatusCode::DATA_LOSS,
                   "the server sent iterates whose columns differ in length",
                   {},
                   {},
                   {}};
    }
    Error error = ErrorFrom(status);
    if (status.ok()) {
      error = {grpc::StatusCode::UNAVAILABLE, "the stream ended before the run did", {}, {}, {}};
    }
    if (!IsLoss(status) || Clock::now() - last_message_ >= options_.give_up_after) return error;

    if (handlers_.on_lost) handlers_.on_lost(error, next_);
    WaitFor(wait_, options_.stop);
    wait_ = std::min(2 * wait_, kLongestWait);
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
  WatchStream stream(service, Request(), options_.stop);
  v1::WatchRunResponse response;
  while (!over_ && !malformed_ && stream.Read(&response, options_.longest_silence)) {
    last_message_ = Clock::now();
    wait_ = kFirstWait;
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
