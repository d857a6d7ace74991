#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace thalweg::rpc {

/// A fixed number of threads that work off a bounded queue, first come first served. gRPC's own
/// threads must not wait for anything; what has to wait (for a disk, for a formula) is done here.
class Executor {
 public:
  Executor(int threads, size_t most_waiting);
  /// Finishes what is queued, then joins.
  ~Executor();

  /// Queues `job`, which must not throw; false when too much is waiting already.
  [[nodiscard]] bool Submit(std::function<void()> job);
  /// As Submit, without the bound: for what must be done, such as undoing.
  void SubmitAlways(std::function<void()> job);

 private:
  void Work();

  const size_t most_waiting_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::function<void()>> waiting_;
  bool closing_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace thalweg::rpc
