#pragma once

#include <chrono>
#include <cstdint>

#include "absl/status/status.h"

namespace thalweg::runs {

/// Keeps a pace: how many iterates of a run are due, and when the next are. Never more than the
/// pace allows in any time, but for those of a tick; what comes too late by more is not made up
/// for.
///
///   const int64_t due = pacer.Due(now);  // make so many at most
///   pacer.Made(made);                    // and come again at pacer.Next()
class Pacer {
 public:
  using Clock = std::chrono::steady_clock;

  static constexpr double kLeast = 0.01;
  static constexpr double kMost = 1e6;
  /// 0, or from kLeast to kMost. INVALID_ARGUMENT without a field.
  static absl::Status Check(double pace);

  /// Iterates a second; 0: no limit. Counts from the last that was made.
  void SetPace(double pace);
  /// The next iterate is due, whenever the last was made.
  void Hurry() { last_ = Clock::time_point::min(); }

  /// Iterates that may be made at `now`; INT64_MAX: any number.
  int64_t Due(Clock::time_point now);
  /// So many were made of those due.
  void Made(int64_t iterates) { last_ += iterates * period_; }
  /// When it is worth to look again; in the past: now.
  Clock::time_point Next() const;

 private:
  using Nanoseconds = std::chrono::nanoseconds;
  static constexpr Nanoseconds kTick{10'000'000};

  Nanoseconds period_{0};                              // between two iterates; 0: no limit
  Clock::time_point last_ = Clock::time_point::min();  // when the last was due
};

}  // namespace thalweg::runs
