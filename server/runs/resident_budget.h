#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>

namespace thalweg::runs {

class Trace;

/// The memory of all traces together. Durable blocks kept for readers are bounded: the oldest go
/// first, and are read from the store from then on.
class ResidentBudget {
 public:
  explicit ResidentBudget(size_t limit) : limit_(static_cast<int64_t>(limit)) {}

  /// A block of `bytes` was added to `trace`. Evicts until all is within the limit again.
  void Added(const std::shared_ptr<Trace>& trace, size_t bytes);
  /// As Added, for a block that takes the place of one that its trace dropped.
  void Replaced(size_t bytes);
  /// Blocks were dropped by their trace itself.
  void Dropped(size_t bytes);
  int64_t used() const;

  /// Bytes of all traces that are made and not yet durable.
  std::atomic<int64_t> pending{0};

 private:
  void EvictSurplus();
  std::shared_ptr<Trace> NextToEvict();
  void ForgetDead();  // requires mutex_

  const int64_t limit_;
  mutable std::mutex mutex_;
  int64_t used_ = 0;                        // signed: a block may be dropped before it is counted
  std::deque<std::weak_ptr<Trace>> order_;  // one entry per block, oldest first
  size_t entries_when_swept_ = 0;
};

}  // namespace thalweg::runs
