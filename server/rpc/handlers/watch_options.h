#pragma once

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "server/runs/watcher.h"
#include "thalweg/v1/optimization_service.pb.h"

namespace thalweg::rpc {

/// Checks what a watch is asked for: WatchRun's fields, which are Optimize's as well.
absl::StatusOr<runs::WatchOptions> WatchOptionsOf(v1::WatchMode mode, double max_updates_per_second,
                                                  int64_t from_iteration);

/// "all" or "live".
std::string_view WatchModeName(runs::WatchMode mode);

}  // namespace thalweg::rpc
