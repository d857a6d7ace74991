#pragma once

#include <chrono>
#include <condition_variable>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <unordered_map>
#include <vector>

namespace thalweg::rpc {

class StreamPump;

/// Something that moves by small steps, one thread at a time.
class Pumped {
 public:
  virtual ~Pumped() = default;
  /// One step: whatever can be done now without waiting for a client. Must not throw.
  virtual void Pump() = 0;

 private:
  friend class StreamPump;
  enum class Place { kIdle, kReady, kBusy, kBusyAndWoken };
  using Timers = std::multimap<std::chrono::steady_clock::time_point, Pumped*>;

  // Both belong to the pump and are guarded by its mutex.
  Place place_ = Place::kIdle;
  std::optional<Timers::iterator> timer_;
};

/// Moves thousands of streams with a few threads: a stream takes a step each time it is woken, and
/// its turn comes after that of all who were woken before. Keeps streams alive from Add to Remove.
class StreamPump {
 public:
  using Time = std::chrono::steady_clock::time_point;

  StreamPump(int threads, size_t most_streams);
  /// Waits until every stream has been removed.
  ~StreamPump();

  /// False when there are too many streams already.
  [[nodiscard]] bool Add(std::shared_ptr<Pumped> stream);
  void Remove(Pumped* stream);

  /// Lets `stream` take a step soon; a stream that was removed is left alone. From any thread.
  void Wake(Pumped* stream);
  /// As Wake, at `when`, in place of the time given before.
  void WakeAt(Pumped* stream, Time when);
  void WakeAll();

  size_t size() const;
  /// Returns once there is no stream, or when time is up.
  void WaitUntilEmpty(std::chrono::milliseconds patience);

 private:
  using Streams = std::unordered_map<Pumped*, std::shared_ptr<Pumped>>;

  void Work();
  void WakeLocked(Pumped& stream);             // requires mutex_
  void StopTimer(Pumped& stream);              // requires mutex_
  std::optional<Time> WakeWhoseTimeHasCome();  // requires mutex_; the next time to look
  void Step(std::unique_lock<std::mutex>& lock);

  const size_t most_streams_;
  mutable std::mutex mutex_;
  std::condition_variable work_;  // something is ready, or the first timer has changed
  std::condition_variable empty_;
  Streams streams_;
  std::deque<Pumped*> ready_;  // members of streams_
  Pumped::Timers timers_;      // at most one entry a stream
  bool closing_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace thalweg::rpc
