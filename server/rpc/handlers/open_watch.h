#pragma once

#include <functional>

#include "absl/status/statusor.h"
#include "server/rpc/streams/feed.h"
#include "server/runs/run_book.h"
#include "thalweg/v1/optimization_service.pb.h"

namespace thalweg::rpc {

/// Checks what WatchRun is asked for, all but whether there is such a run.
absl::StatusOr<WatchOpener> CheckWatch(runs::RunBook& runs, const v1::WatchRunRequest& request);

/// The beginning of WatchRun: a watcher of the run that is named.
absl::StatusOr<OpenedWatch> OpenWatch(runs::RunBook& runs, const v1::WatchRunRequest& request,
                                      std::function<void()> wake);

/// The beginning of Optimize: a run made, and a watcher of it from its start.
absl::StatusOr<OpenedWatch> OpenOptimize(runs::RunBook& runs, const v1::OptimizeRequest& request,
                                         std::function<void()> wake);

}  // namespace thalweg::rpc
