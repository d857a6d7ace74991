#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "absl/status/statusor.h"
#include "server/runs/iterate_block.h"
#include "server/runs/run.h"

namespace thalweg::runs {

using SteadyTime = std::chrono::steady_clock::time_point;

enum class WatchMode {
  kAll,   ///< Every retained iterate, at the watcher's own pace.
  kLive,  ///< The newest at most so often; what is passed over is said in a gap.
};

struct WatchOptions {
  WatchMode mode = WatchMode::kAll;
  int64_t from_iteration = 0;          ///< The first one wanted.
  double max_updates_per_second = 30;  ///< kLive only; > 0.
  size_t max_block_bytes = 64 << 10;   ///< Of one update's iterates.
};

/// Iterates that a watcher will not be sent: [from, to], and why ("live": it passed over them;
/// "thinned": they are no longer kept, but for those in [from, to] that the next update brings).
struct Gap {
  int64_t from = 0;
  int64_t to = 0;
  std::string reason;
};

/// One thing to send. A Run is a snapshot: the first update, then one per change of state; with a
/// terminal state it is the last update of all.
struct WatchUpdate {
  std::variant<Run, std::shared_ptr<const IterateBlock>, Gap> what;
  int64_t next_iteration = 0;  ///< From where a new watcher would have to go on after this update.
  bool last = false;           ///< Nothing follows.
  /// What happened in the iterates before `next_iteration`, but for what an earlier update brought.
  std::vector<RunEvent> events = {};
};

/// What Next gives: an update; or none yet. `not_before` is set where the watcher's own pace (live
/// mode) is the reason: ask again then.
struct WatchStep {
  std::optional<WatchUpdate> update;
  std::optional<SteadyTime> not_before;
};

/// One reader of a trace, with its own cursor. It pulls: its memory is one update, however slowly
/// it reads, and nothing waits for it. Only durable iterates are given, each at most once, in
/// order. One thread at a time.
class Watcher {
 public:
  /// Waits for a wake-up call that is under way; none comes later. So not to be destroyed from
  /// within that call, nor with a lock held that the call takes.
  virtual ~Watcher() = default;

  /// The next update. When there is none and `not_before` is empty, the `wake` given to Watch will
  /// be called once, soon after there may be one. May read from the disk.
  virtual absl::StatusOr<WatchStep> Next(SteadyTime now) = 0;
};

}  // namespace thalweg::runs
