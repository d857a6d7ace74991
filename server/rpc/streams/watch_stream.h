#pragma once

#include <grpcpp/support/status.h>

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "server/events/call_scope.h"
#include "server/events/events.h"
#include "server/rpc/streams/feed.h"
#include "server/rpc/streams/stream_pump.h"
#include "server/runs/watcher.h"

namespace thalweg::rpc {

/// What a stream needs of its surroundings, all of it living longer.
struct WatchSurroundings {
  StreamPump& pump;
  EventSink& events;
  const std::atomic<bool>& draining;
  std::chrono::steady_clock::duration heartbeat;
};

/// The updates of a run, of a study, or of many, on their way to one client: pulled from the traces
/// when the client has taken the update before, so that a client that reads slowly, or not at all,
/// holds one message and keeps nobody waiting. Ends OK after the last update; when the server
/// drains it says where to resume and ends UNAVAILABLE.
class WatchStream final : public Pumped, public std::enable_shared_from_this<WatchStream> {
 public:
  /// `writer` lives until its End. `tags` are the call's. `abandoned` is called with the subject's
  /// id when the client leaves before it is over; may be empty.
  WatchStream(const WatchSurroundings& server, UpdateWriter& writer, CallTags tags,
              std::function<void(const std::string&)> abandoned)
      : server_(server),
        writer_(writer),
        tags_(std::move(tags)),
        abandoned_(std::move(abandoned)) {}

  /// What a watcher is to call when it may have more. Outlives the stream safely.
  std::function<void()> WakeUp();

  /// Exactly once, from any thread: the stream begins, or ends with why it could not be opened.
  void Opened(absl::StatusOr<OpenedWatch> opened);
  /// The write begun last is over; not `ok`: the client is gone.
  void Written(bool ok);
  /// The client is gone, or its deadline has passed.
  void Cancelled();

  bool gone() const { return gone_; }

  void Pump() override;

 private:
  void Step();
  void Send(const Feed::Fed& fed);
  void SendHeartbeat();
  void StartWrite();
  void Wait(std::optional<runs::SteadyTime> not_before);
  void HintAndLeave();
  void End(const absl::Status& status, std::string_view why);

  const WatchSurroundings& server_;
  UpdateWriter& writer_;
  const CallTags tags_;
  const std::function<void(const std::string&)> abandoned_;

  std::atomic<bool> opened_{false};  // `opening_` is written before, and is the pump's afterwards
  std::atomic<bool> writing_{false};
  std::atomic<bool> gone_{false};
  std::atomic<int64_t> woken_ns_{0};  // when a watcher last had news for an idle stream; 0: not so

  // The pump's.
  absl::StatusOr<OpenedWatch> opening_ = absl::UnavailableError("not opened yet");
  bool announced_ = false;  // WatchOpened was told
  bool hinted_ = false;
  bool last_sent_ = false;
  bool ended_ = false;
  runs::SteadyTime last_write_{};
};

}  // namespace thalweg::rpc
