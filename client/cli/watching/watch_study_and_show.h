#pragma once

#include <stop_token>
#include <string>

#include "client/cli/context.h"
#include "client/cli/watching/watch_and_show.h"
#include "client/cpp/client.h"

namespace thalweg::cli {

/// Watches `name`, shows it and its result, and gives it as it ended; the error where it could not
/// be followed. `stop` ends the watch.
client::Result<v1::Study> WatchStudyAndShow(const client::Client& client, const std::string& name,
                                            const WatchFlags& flags, bool json,
                                            std::stop_token stop, Context& context);

/// Prints the study as it is: its table, or one object.
void ShowStudy(const client::Client& client, const v1::Study& study, bool json, Context& context);

}  // namespace thalweg::cli
