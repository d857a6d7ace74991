#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "server/events/events.h"
#include "server/runs/room_keeper.h"
#include "server/runs/run_store.h"
#include "server/runs/trace.h"

namespace thalweg::runs {

/// Makes durable what runs make: one thread that takes all that is pending, of all runs, and writes
/// it in one transaction. When idle it begins at once; while it writes, the next transaction
/// gathers, up to a size that keeps everyone's wait short. A full disk is waited out, and only what
/// makes room is written meanwhile; after any other failure nothing is written any more. Without
/// work the store is still made to write now and then, to see that it can.
class Recorder {
 public:
  struct Hooks {
    /// After each commit, when its batches are shown.
    std::function<void()> committed;
    /// A batch of a run is shown; `before` is what was shown until then.
    std::function<void(Trace&, const Standing& before)> shown;
    /// The store can't be written to any more. Called once.
    std::function<void(const absl::Status&)> broken;
  };

  Recorder(RunStore& store, EventSink& events, ResidentBudget& memory, Hooks hooks);
  ~Recorder();  ///< Writes what is pending, unless the disk is full.

  /// `trace` has something pending; someone waits for it where it is urgent.
  void Notify(std::shared_ptr<Trace> trace, bool urgent);
  /// Makes one change durable, in the company of whatever else there is. RESOURCE_EXHAUSTED
  /// (STORAGE_FULL) leaves it undone.
  absl::Status Write(RunChange change);
  /// Returns when all that was notified before is durable, or cannot be.
  void Flush();
  /// The disk is full: nothing more should be made.
  bool full() const { return room_.full(); }

 private:
  struct Taken {
    std::shared_ptr<Trace> trace;
    Trace::Batch batch;
  };
  struct Order {  // lives on the stack of the one who waits for it
    RunChange change;
    bool done = false;
    std::optional<absl::Status> answer;  // none: that of the commit
  };

  void Work();
  bool WaitForWork();
  void TakeWork();  // requires mutex_
  absl::Status CommitTaken();
  absl::Status CommitRemovals();
  absl::Status CommitTo(const std::vector<RunChange>& changes, CommitFinished event);
  absl::Status BeatIfDue();
  RunChange ChangeFor(const Taken& taken);
  void AddThinning(const Taken& taken, RunChange& change);
  void ShowCommitted();
  void Settle(const absl::Status& status);

  RunStore& store_;
  EventSink& events_;
  ResidentBudget& memory_;
  const Hooks hooks_;
  std::vector<Taken> batches_;  // the recorder's own: being written, or to be tried again
  std::vector<Order*> orders_;  // likewise
  RoomKeeper room_;
  std::chrono::steady_clock::time_point next_beat_;

  std::mutex mutex_;
  std::condition_variable work_;
  std::condition_variable settled_;
  std::deque<std::shared_ptr<Trace>> dirty_;
  std::vector<Order*> ordered_;
  bool writing_ = false;  // batches_ or orders_ hold something
  uint64_t failed_commits_ = 0;
  bool stopping_ = false;
  absl::Status broken_;  // not OK: nothing can be written any more

  std::thread thread_;
};

}  // namespace thalweg::runs
