#include "server/runs/memory_keeper.h"

#include <malloc.h>

#include <chrono>
#include <limits>

#include "absl/strings/str_cat.h"

namespace thalweg::runs {
namespace {

constexpr int64_t kVectors = 32;
constexpr int64_t kMatrices = 3;
constexpr auto kTrimEvery = std::chrono::seconds(1);

}  // namespace

absl::Status MemoryKeeper::RoomFor(int64_t bytes) const {
  if (limit_ == 0) return absl::OkStatus();
  const int64_t expected = expected_ + bytes;
  int64_t used = in_use_();
  if (used + expected > limit_) used = InUse();
  if (used + expected <= limit_) return absl::OkStatus();
  return RefuseWith(absl::StatusCode::kResourceExhausted, Reason::kQuotaExceeded,
                    absl::StrCat("the server's memory is full (", used, " bytes in use, ", expected,
                                 " expected of young runs and this one, ", limit_,
                                 " allowed): try again when runs have ended"));
}

// The allocator keeps what was freed; at times it is asked to give it back.
int64_t MemoryKeeper::InUse() const {
  const int64_t now = std::chrono::steady_clock::now().time_since_epoch().count();
  int64_t due = next_trim_;
  const int64_t next = now + std::chrono::steady_clock::duration(kTrimEvery).count();
  if (now >= due && next_trim_.compare_exchange_strong(due, next)) malloc_trim(0);
  return in_use_();
}

int64_t ExpectedBytes(const Descent& descent) {
  const int64_t n = descent.at().x.size();
  const bool matrices =
      descent.optimizer().capabilities().most_coordinates < std::numeric_limits<Index>::max();
  return static_cast<int64_t>(sizeof(double)) * n * (kVectors + (matrices ? kMatrices * n : 0));
}

}  // namespace thalweg::runs
