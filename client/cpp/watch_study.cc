#include "client/cpp/watch_study.h"

#include <algorithm>
#include <map>
#include <utility>

#include "client/cpp/patience.h"
#include "client/cpp/watch_stream.h"

namespace thalweg::client {
namespace {

/// The state of a watch across its connections.
class Watcher {
 public:
  Watcher(const std::string& name, const StudyHandlers& handlers, const WatchOptions& options)
      : name_(name), handlers_(handlers), options_(options) {}

  Result<v1::Study> ToTheEnd(v1::StudyService::StubInterface& service);

 private:
  v1::WatchStudyRequest Request() const;
  grpc::Status FollowOnce(v1::StudyService::StubInterface& service);
  void Handle(v1::StudyUpdate& update);
  void Handle(const v1::StudyRunUpdate& update);
  void HandleIterates(const v1::StudyRunUpdate& update, int64_t& next);

  const std::string name_;
  const StudyHandlers& handlers_;
  const WatchOptions& options_;
  std::map<std::string, int64_t> next_;  // by run: the first iteration that was not handled
  Patience patience_{options_.give_up_after, options_.stop};
  v1::Study study_;  // as last heard
  bool over_ = false;
  bool malformed_ = false;
};

Result<v1::Study> Watcher::ToTheEnd(v1::StudyService::StubInterface& service) {
  while (true) {
    const grpc::Status status = FollowOnce(service);
    if (over_) return std::move(study_);
    if (malformed_ && !options_.stop.stop_requested()) return MalformedBatches();
    if (auto ends = patience_.AfterLoss(status, handlers_.on_lost)) return *std::move(ends);
  }
}

v1::WatchStudyRequest Watcher::Request() const {
  v1::WatchStudyRequest request;
  request.set_name(name_);
  request.mutable_from_iterations()->insert(next_.begin(), next_.end());
  request.set_mode(options_.live ? v1::WATCH_MODE_LIVE : v1::WATCH_MODE_ALL);
  request.set_max_updates_per_second(options_.live.value_or(0));
  return request;
}

grpc::Status Watcher::FollowOnce(v1::StudyService::StubInterface& service) {
  const v1::WatchStudyRequest request = Request();
  WatchStream<v1::WatchStudyResponse> stream(
      [&](grpc::ClientContext* context, grpc::CompletionQueue* queue) {
        return service.AsyncWatchStudy(context, request, queue, nullptr);
      },
      options_.stop);
  v1::WatchStudyResponse response;
  while (!over_ && !malformed_ && stream.Read(&response, options_.longest_silence)) {
    patience_.Heard();
    Handle(*response.mutable_update());
  }
  if (over_ || malformed_) return grpc::Status::OK;
  return stream.Finish();
}

void Watcher::Handle(v1::StudyUpdate& update) {
  over_ = update.last();
  if (update.has_run()) return Handle(update.run());
  if (!update.has_study()) return;
  study_ = std::move(*update.mutable_study());
  if (handlers_.on_study) handlers_.on_study(study_);
}

void Watcher::Handle(const v1::StudyRunUpdate& update) {
  int64_t& next = next_[update.run()];
  const v1::RunUpdate& inner = update.update();
  if (inner.has_run() && handlers_.on_run) handlers_.on_run(update.arm(), inner.run());
  if (inner.has_iterates()) HandleIterates(update, next);
  if (inner.has_gap() && handlers_.on_gap) {
    handlers_.on_gap(update.arm(), update.run(), inner.gap());
  }
  next = std::max(next, inner.next_iteration());
}

void Watcher::HandleIterates(const v1::StudyRunUpdate& update, int64_t& next) {
  const v1::IterateBatch& batch = update.update().iterates();
  malformed_ = !IsWellFormed(batch);
  if (malformed_) return;
  // A server may begin a batch before the iteration asked for; those have been handled.
  const auto& iterations = batch.iteration();
  const auto fresh = std::lower_bound(iterations.begin(), iterations.end(), next);
  if (fresh == iterations.end()) return;
  const IteratesView view(batch, static_cast<size_t>(fresh - iterations.begin()));
  if (handlers_.on_iterates) handlers_.on_iterates(update.arm(), update.run(), view);
  next = view.iteration().back() + 1;
}

}  // namespace

Result<v1::Study> WatchStudy(v1::StudyService::StubInterface& service, const std::string& name,
                             const StudyHandlers& handlers, const WatchOptions& options) {
  return Watcher(name, handlers, options).ToTheEnd(service);
}

}  // namespace thalweg::client
