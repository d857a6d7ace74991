#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>

#include "absl/status/status.h"
#include "server/events/events.h"
#include "server/runs/run_store.h"

namespace thalweg::runs {

/// Whether the store has room for more: from what it says of its disk, and from how commits end.
/// Full is said when less than the reserve is free, or a commit found no room; and no longer once a
/// commit succeeded while a quarter more than the reserve was free.
///
/// For the recorder's thread; what is const is for any.
class RoomKeeper {
 public:
  RoomKeeper(RunStore& store, EventSink& events) : store_(store), events_(events) {}

  /// Measures. False: too little room for anything but what makes some.
  bool Look();
  /// What was tried has ended so.
  void Ended(const absl::Status& status);

  bool full() const { return full_.load(std::memory_order_relaxed); }
  /// RESOURCE_EXHAUSTED (STORAGE_FULL), with figures.
  absl::Status Refusal() const;

 private:
  void SetFull(bool full);
  void Tell();

  RunStore& store_;
  EventSink& events_;
  std::atomic<bool> full_{false};
  std::atomic<int64_t> free_{INT64_MAX};
  std::atomic<int64_t> reserve_{0};
  int64_t size_ = 0;
  std::chrono::steady_clock::time_point next_telling_;
  bool first_ = true;
};

}  // namespace thalweg::runs
