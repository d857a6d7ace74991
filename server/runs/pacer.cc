#include "server/runs/pacer.h"

#include <algorithm>
#include <cmath>

#include "absl/strings/str_cat.h"
#include "server/core/violation.h"

namespace thalweg::runs {

absl::Status Pacer::Check(double pace) {
  if (pace == 0 || (pace >= kLeast && pace <= kMost)) return absl::OkStatus();
  return Refuse("", Reason::kInvalidValue,
                absl::StrCat("is ", pace, "; must be 0 (as fast as can be) or in [", kLeast, ", ",
                             static_cast<int64_t>(kMost), "] iterates a second"));
}

void Pacer::SetPace(double pace) {
  period_ = Nanoseconds(pace > 0 ? static_cast<int64_t>(std::ceil(1e9 / pace)) : 0);
}

int64_t Pacer::Due(Clock::time_point now) {
  if (period_.count() == 0) return INT64_MAX;
  last_ = std::max<Clock::time_point>(last_, now - period_ - kTick);
  return std::max<int64_t>((now - last_) / period_, 0);
}

// At high paces several are made at once, twice a tick.
Pacer::Clock::time_point Pacer::Next() const {
  if (period_.count() == 0) return Clock::time_point::min();
  return last_ + std::max(period_, kTick / 2);
}

}  // namespace thalweg::runs
