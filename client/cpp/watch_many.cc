#include "client/cpp/watch_many.h"

#include <algorithm>

#include "client/cpp/patience.h"
#include "client/cpp/watch_stream.h"

namespace thalweg::client {
namespace {

/// Has `subscription` go on behind `update`, when it is asked for again.
void Advance(const v1::WatchUpdate& update, v1::Subscription& subscription) {
  if (update.has_run() && subscription.has_run()) {
    subscription.mutable_run()->set_from_iteration(update.run().next_iteration());
  } else if (update.study().has_run() && subscription.has_study()) {
    const v1::StudyRunUpdate& run = update.study().run();
    (*subscription.mutable_study()->mutable_from_iterations())[run.run()] =
        run.update().next_iteration();
  }
}

/// Notes in `request` what is left to be watched behind `update`.
void Advance(const v1::WatchUpdate& update, v1::WatchRequest& request) {
  auto& all = *request.mutable_subscriptions();
  const auto one = std::find_if(all.begin(), all.end(), [&update](const v1::Subscription& each) {
    return each.id() == update.subscription();
  });
  if (one == all.end()) return;
  if (update.has_end()) {
    all.erase(one);
  } else {
    Advance(update, *one);
  }
}

}  // namespace

std::optional<Error> WatchMany(v1::WatchService::StubInterface& service, v1::WatchRequest request,
                               const ManyHandlers& handlers, const WatchOptions& options) {
  Patience patience(options.give_up_after, options.stop);
  while (true) {
    const v1::WatchRequest wanted = request;
    WatchStream<v1::WatchResponse> stream(
        [&](grpc::ClientContext* context, grpc::CompletionQueue* queue) {
          return service.AsyncWatch(context, wanted, queue, nullptr);
        },
        options.stop);
    for (v1::WatchResponse response; stream.Read(&response, options.longest_silence);) {
      patience.Heard();
      const v1::WatchUpdate& update = response.update();
      if (update.has_heartbeat()) continue;
      if (handlers.on_update) handlers.on_update(update);
      Advance(update, request);
    }
    const grpc::Status status = stream.Finish();
    if (request.subscriptions().empty()) return std::nullopt;
    if (auto ends = patience.AfterLoss(status, handlers.on_lost)) return ends;
  }
}

}  // namespace thalweg::client
