#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "server/events/events.h"

namespace thalweg::runs {

/// What is left of a task after a slice.
enum class SliceEnd {
  kAgain,  ///< Wants another slice.
  kWait,   ///< Wants one when Scheduler::EndWait is next called.
  kDone,   ///< Wants none, unless enqueued again.
};

/// Something that is worked on in slices.
class Steppable {
 public:
  virtual ~Steppable() = default;
  /// Works for about the slice's time. Called by one worker at a time; must not throw.
  virtual SliceEnd Slice() = 0;

 private:
  friend class Scheduler;
  bool enqueued_ = false;  // under the scheduler's mutex: ready, waiting or in a worker's hands
  bool again_ = false;     // enqueued anew while in a worker's hands
};

/// A fixed pool of workers that share their time fairly among the ready tasks: who has had the
/// least is next, so that equal slices go round robin and one that overran waits until the others
/// have had as much. A newcomer starts level with the one that is next.
class Scheduler {
 public:
  Scheduler(int workers, EventSink& events);
  ~Scheduler() { Stop(); }

  void Enqueue(std::shared_ptr<Steppable> task);
  /// As the very next one, also when it is enqueued already.
  void EnqueueFirst(std::shared_ptr<Steppable> task);
  /// Tasks that wait are ready again.
  void EndWait();

  /// Lets every worker finish its slice, and ends them. No slice begins after it has returned.
  void Stop();
  bool stopping() const { return stopping_.load(std::memory_order_relaxed); }

 private:
  using Nanoseconds = int64_t;
  using Place = std::pair<Nanoseconds, uint64_t>;  // time had; then first come, first served
  struct Turn {
    std::shared_ptr<Steppable> task;
    Nanoseconds had = 0;
    uint64_t waits_ended = 0;  // when the slice began
  };

  void Work();
  void Put(Turn turn);  // requires mutex_
  void Count();         // requires mutex_
  bool Next(Turn& turn);
  void Return(Turn turn, SliceEnd end);

  EventSink& events_;
  std::atomic<bool> stopping_{false};
  std::mutex mutex_;
  std::condition_variable ready_changed_;
  std::map<Place, std::shared_ptr<Steppable>> ready_;
  std::vector<Turn> waiting_;
  Nanoseconds level_ = 0;  // time had by the one that was last given a slice
  uint64_t arrivals_ = 0;
  uint64_t waits_ended_ = 0;  // calls of EndWait
  int64_t busy_ = 0;
  std::vector<std::thread> workers_;
};

}  // namespace thalweg::runs
