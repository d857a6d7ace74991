#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <mutex>
#include <optional>
#include <utility>

namespace thalweg::log {

/// Lets through `burst` events at once and `per_second` over time, and counts the others. Safe for
/// concurrent use.
class RateLimit {
 public:
  using Clock = std::chrono::steady_clock;

  RateLimit(double per_second, double burst)
      : per_second_(per_second), burst_(burst), tokens_(burst) {}

  /// Nothing where this event is one too many; otherwise how many were, since the last that passed.
  std::optional<int64_t> Pass(Clock::time_point now) {
    const std::lock_guard lock(mutex_);
    if (last_) {
      const std::chrono::duration<double> elapsed = now - *last_;
      tokens_ = std::min(burst_, tokens_ + std::max(0.0, elapsed.count()) * per_second_);
    }
    last_ = now;
    if (tokens_ < 1) {
      ++suppressed_;
      return std::nullopt;
    }
    tokens_ -= 1;
    return std::exchange(suppressed_, 0);
  }

 private:
  const double per_second_;
  const double burst_;

  std::mutex mutex_;
  double tokens_;
  std::optional<Clock::time_point> last_;
  int64_t suppressed_ = 0;
};

}  // namespace thalweg::log
