#pragma once

#include <atomic>
#include <chrono>

#include "absl/status/status.h"

namespace thalweg::rpc {

/// Whether anyone still waits for an answer. Handlers that work for long ask in between.
class Interruption {
 public:
  /// Never interrupted.
  Interruption() = default;
  explicit Interruption(std::chrono::steady_clock::time_point deadline) : deadline_(deadline) {}

  void Cancel() { cancelled_.store(true, std::memory_order_relaxed); }

  /// CANCELLED or DEADLINE_EXCEEDED once the caller is gone or out of time. Safe from any thread.
  absl::Status Check() const {
    if (cancelled_.load(std::memory_order_relaxed)) {
      return absl::CancelledError("the call was cancelled");
    }
    if (std::chrono::steady_clock::now() >= deadline_) {
      return absl::DeadlineExceededError(
          "the call ran out of time; give a later deadline (30 s is taken where none is given)");
    }
    return absl::OkStatus();
  }

 private:
  std::atomic<bool> cancelled_{false};
  std::chrono::steady_clock::time_point deadline_ = std::chrono::steady_clock::time_point::max();
};

}  // namespace thalweg::rpc
