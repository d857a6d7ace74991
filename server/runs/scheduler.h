#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include "server/events/events.h"

namespace thalweg::runs {

/// What is left of a task after a slice.
struct SliceEnd {
  enum Kind {
    kAgain,  ///< Wants another slice.
    kWait,   ///< Wants one when Scheduler::EndWait is next called.
    kLater,  ///< Wants one at a time; sooner where it is enqueued.
    kDone,   ///< Wants none, unless enqueued again.
  };
  using Time = std::chrono::steady_clock::time_point;

  SliceEnd(Kind what) : kind(what) {}  // NOLINT: most need no more than to be named
  static SliceEnd Later(Time time) {
    SliceEnd end = kLater;
    end.time = time;
    return end;
  }

  Kind kind;
  Time time{};  ///< Of kLater.
};

/// Something that is worked on in slices.
class Steppable {
 public:
  virtual ~Steppable() = default;
  /// Works for about the slice's time. Called by one worker at a time; must not throw.
  virtual SliceEnd Slice() = 0;

 private:
  friend class Scheduler;
  using Alarm = std::pair<SliceEnd::Time, uint64_t>;  // when it is due; then first come, first
  // Under the scheduler's mutex:
  bool enqueued_ = false;       // ready, waiting, asleep or in a worker's hands
  bool again_ = false;          // enqueued anew while in a worker's hands
  std::optional<Alarm> alarm_;  // set exactly while asleep
};

/// A fixed pool of workers that share their time fairly among the ready tasks: who has had the
/// least is next, so that equal slices go round robin and one that overran waits until the others
/// have had as much. A newcomer starts level with the one that is next, and so does one that slept:
/// time in which nothing was wanted gives no claim to more of it.
class Scheduler {
 public:
  Scheduler(int workers, EventSink& events);
  ~Scheduler() { Stop(); }

  /// Also wakes it.
  void Enqueue(std::shared_ptr<Steppable> task);
  /// As the very next one, also when it is enqueued already.
  void EnqueueFirst(std::shared_ptr<Steppable> task);
  /// Tasks that wait are ready again.
  void EndWait();

  /// Lets every worker finish its slice, and ends them. No slice begins after it has returned.
  void Stop();
  bool stopping() const { return stopping_.load(std::memory_order_relaxed); }

 private:
  using Time = SliceEnd::Time;
  using Nanoseconds = int64_t;
  using Place = std::pair<Nanoseconds, uint64_t>;  // time had; then first come, first served
  struct Turn {
    std::shared_ptr<Steppable> task;
    Nanoseconds had = 0;
    uint64_t waits_ended = 0;  // when the slice began
  };

  void Work();
  void KeepTime();
  void Put(Turn turn);                // requires mutex_
  void Sleep(Turn turn, Time until);  // requires mutex_
  Turn Awake(Steppable& sleeper);     // requires mutex_
  void Count();                       // requires mutex_
  bool Next(Turn& turn);
  void Return(Turn turn, SliceEnd end);

  EventSink& events_;
  std::atomic<bool> stopping_{false};
  std::mutex mutex_;
  std::condition_variable ready_changed_;
  std::condition_variable first_alarm_changed_;
  std::map<Place, std::shared_ptr<Steppable>> ready_;
  std::vector<Turn> waiting_;
  std::map<Steppable::Alarm, Turn> asleep_;
  Nanoseconds level_ = 0;  // time had by the one that was last given a slice
  uint64_t arrivals_ = 0;
  uint64_t waits_ended_ = 0;  // calls of EndWait
  int64_t busy_ = 0;
  std::vector<std::thread> workers_;
  std::thread timekeeper_;
};

}  // namespace thalweg::runs
