#pragma once

#include <cstdint>
#include <optional>

#include "CLI/App.hpp"
#include "client/cli/context.h"
#include "client/cli/progress/progress.h"
#include "client/cpp/client.h"

namespace thalweg::cli {

/// How a run is watched and shown.
struct WatchFlags {
  std::optional<double> live;
  std::optional<int64_t> every;
  bool quiet = false;
  double give_up_after = 60;  // s
};

/// --live, --every, --quiet, --give-up-after.
void AddWatchFlags(CLI::App& app, WatchFlags& flags);

/// Watches `name` from an iteration on, shows it, and gives it as it ended; the error where it
/// could not be followed. `stop` ends the watch.
client::Result<v1::Run> WatchAndShow(const client::Client& client, const std::string& name,
                                     int64_t from_iteration, const WatchFlags& flags, bool json,
                                     std::stop_token stop, Context& context);

}  // namespace thalweg::cli
