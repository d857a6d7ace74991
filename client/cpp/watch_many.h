#pragma once

#include <functional>
#include <optional>

#include "client/cpp/error.h"
#include "client/cpp/watch.h"
#include "thalweg/v1/watch_service.grpc.pb.h"

namespace thalweg::client {

/// What happens during a watch of many things; as WatchHandlers.
struct ManyHandlers {
  /// One message of one subscription; heartbeats are left out. Of each run each iterate once and in
  /// order, also across lost connections. A list of runs begins with `missed` on each connection.
  std::function<void(const v1::WatchUpdate&)> on_update = {};
  std::function<void(const Error& reason)> on_lost = {};
};

/// Watches what `request` asks for until all of it has ended, and gives nothing; or why it could
/// not go on. A broken stream is taken up again as by WatchRun: each subscription where it was,
/// without those that have ended. Of the options `from_iteration` and `live` are not used.
std::optional<Error> WatchMany(v1::WatchService::StubInterface& service, v1::WatchRequest request,
                               const ManyHandlers& handlers, const WatchOptions& options);

}  // namespace thalweg::client
