#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <utility>

#include "absl/status/status.h"
#include "server/core/descent.h"

namespace thalweg::runs {

/// Keeps the process within its memory: refuses new runs while too little is left. What runs have
/// is measured, not added up: memory is where an objective puts it, in any of a hundred places.
/// Only what a young run is still to take (a method's history, its matrices) is estimated, until it
/// has made its first iterations.
///
/// For any thread.
class MemoryKeeper {
 public:
  /// `limit`: bytes that the process may have, 0 for no limit. `in_use` says how many it has, in
  /// microseconds: it is asked for each new run.
  MemoryKeeper(int64_t limit, std::function<int64_t()> in_use)
      : limit_(limit), in_use_(std::move(in_use)) {}

  /// What a run is still to take, for as long as this lives.
  class Expected {
   public:
    Expected() = default;
    Expected(MemoryKeeper& keeper, int64_t bytes) : keeper_(&keeper), bytes_(bytes) {
      keeper.expected_ += bytes;
    }
    Expected(Expected&& other) noexcept { *this = std::move(other); }
    Expected& operator=(Expected&& other) noexcept {
      std::swap(keeper_, other.keeper_);
      std::swap(bytes_, other.bytes_);
      return *this;
    }
    ~Expected() { End(); }
    void End() {
      if (keeper_ != nullptr) keeper_->expected_ -= bytes_;
      keeper_ = nullptr;
    }

   private:
    MemoryKeeper* keeper_ = nullptr;
    int64_t bytes_ = 0;
  };

  /// RESOURCE_EXHAUSTED (MEMORY_FULL), with figures, where a run that may take `bytes` more does
  /// not fit.
  absl::Status RoomFor(int64_t bytes = 0) const;

 private:
  int64_t InUse() const;

  const int64_t limit_;
  const std::function<int64_t()> in_use_;
  std::atomic<int64_t> expected_{0};
  mutable std::atomic<int64_t> next_trim_{0};  // on the steady clock
};

/// Bytes that a run which has just begun may still take: 32 vectors as long as x (limited-memory
/// methods keep 10 pairs), and 3 matrices of a method that keeps those.
int64_t ExpectedBytes(const Descent& descent);

}  // namespace thalweg::runs
