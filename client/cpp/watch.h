#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>

#include "client/cpp/error.h"
#include "client/cpp/iterates_view.h"
#include "thalweg/v1/optimization_service.grpc.pb.h"
#include "thalweg/v1/optimization_service.pb.h"

namespace thalweg::client {

/// What happens during a watch; every member may be left out. All are called on the thread that
/// watches, one at a time; while one runs, nothing is read and the server waits.
struct WatchHandlers {
  /// The run as it is: at first, after each change of state, after each reconnection, and at last.
  std::function<void(const v1::Run&)> on_run = {};
  /// Iterates in order of iteration, each once, also across lost connections.
  std::function<void(const IteratesView&)> on_iterates = {};
  /// Something happened; after the iterate that it led to, each once.
  std::function<void(const v1::RunEvent&)> on_event = {};
  /// Iterates that will not come.
  std::function<void(const v1::Gap&)> on_gap = {};
  /// The connection was lost for `reason`; it is tried again from iteration `next`.
  std::function<void(const Error& reason, int64_t next)> on_lost = {};
};

/// How a run is watched.
struct WatchOptions {
  int64_t from_iteration = 0;
  /// Updates a second, 0 < live <= 1000, the newest iterates only. Absent: every retained iterate.
  std::optional<double> live = {};
  /// Ends the watch: CANCELLED. The run goes on.
  std::stop_token stop = {};
  /// How long to go on trying without a message; 0: the first loss ends the watch.
  std::chrono::milliseconds give_up_after{60'000};
  /// A connection without a message for so long is taken for lost. The server sends a heartbeat
  /// every 10 s.
  std::chrono::milliseconds longest_silence{30'000};
};

/// Watches `name` to its end and gives the run as it then is. A stream that breaks (UNAVAILABLE, a
/// silent connection, a server that leaves) is taken up again where it was, after 0.1 s, 0.2 s ...
/// up to 1 s, until `give_up_after` has passed since the last message; the error is then that of
/// the last attempt. Any other error ends the watch at once.
Result<v1::Run> WatchRun(v1::OptimizationService::StubInterface& service, const std::string& name,
                         const WatchHandlers& handlers, const WatchOptions& options);

}  // namespace thalweg::client
