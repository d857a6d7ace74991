#pragma once

#include <algorithm>
#include <chrono>
#include <optional>

namespace thalweg::access {

/// Lets `burst` calls through at once and `per_second` over time. Time is handed in, so it is
/// always steady time. Not safe for concurrent use.
class TokenBucket {
 public:
  using Time = std::chrono::steady_clock::time_point;
  using Wait = std::chrono::duration<double>;

  /// Nothing when the call may go on; otherwise how long to wait before the next may. The rate and
  /// the burst may differ from call to call: a file with other quotas may have been read.
  std::optional<Wait> Take(double per_second, double burst, Time now) {
    if (last_) {
      const Wait elapsed = now - *last_;
      level_ += std::max(0.0, elapsed.count()) * per_second;
    } else {
      level_ = burst;
    }
    last_ = now;
    level_ = std::min(level_, burst);
    if (level_ >= 1) {
      level_ -= 1;
      return std::nullopt;
    }
    return Wait((1 - level_) / per_second);
  }

 private:
  double level_ = 0;  // calls that may be made now
  std::optional<Time> last_;
};

}  // namespace thalweg::access
