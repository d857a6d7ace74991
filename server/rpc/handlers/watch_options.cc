#include "server/rpc/handlers/watch_options.h"

#include "absl/strings/str_cat.h"
#include "server/core/number_text.h"
#include "server/core/violation.h"
#include "server/rpc/translate/refusals.h"

namespace thalweg::rpc {
namespace {

constexpr double kMostUpdatesPerSecond = 1000;
// A message costs about 5 us whatever its size. Batches of this size leave that far behind (five
// million 2-D iterates a second to one client were measured, and six in batches four times it); a
// client that has stopped reading holds no more than this.
constexpr size_t kBlockBytes = 64 << 10;

}  // namespace

absl::StatusOr<runs::WatchOptions> WatchOptionsOf(v1::WatchMode mode, double max_updates_per_second,
                                                  int64_t from_iteration) {
  Refusals refusals;
  runs::WatchOptions options;
  options.max_block_bytes = kBlockBytes;
  options.from_iteration = from_iteration;
  if (from_iteration < 0) {
    refusals.Add("from_iteration", Reason::kInvalidValue,
                 absl::StrCat("is ", from_iteration, "; must be 0 or more"));
  }
  if (mode == v1::WATCH_MODE_LIVE) {
    options.mode = runs::WatchMode::kLive;
  } else if (mode != v1::WATCH_MODE_UNSPECIFIED && mode != v1::WATCH_MODE_ALL) {
    refusals.Add(
        "mode", Reason::kInvalidValue,
        absl::StrCat("is ", static_cast<int>(mode), "; known: WATCH_MODE_ALL, WATCH_MODE_LIVE"));
  }
  if (max_updates_per_second != 0) options.max_updates_per_second = max_updates_per_second;
  // Written so that NaN is refused too.
  if (!(options.max_updates_per_second > 0 &&
        options.max_updates_per_second <= kMostUpdatesPerSecond)) {
    refusals.Add("max_updates_per_second", Reason::kInvalidValue,
                 absl::StrCat("is ", NumberText(max_updates_per_second),
                              "; must be in (0, 1000], or 0 for 30"));
  }
  if (!refusals.empty()) return refusals.ToStatus();
  return options;
}

std::string_view WatchModeName(runs::WatchMode mode) {
  return mode == runs::WatchMode::kLive ? "live" : "all";
}

}  // namespace thalweg::rpc
