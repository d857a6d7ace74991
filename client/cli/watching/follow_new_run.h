#pragma once

#include "client/cli/context.h"
#include "client/cli/watching/watch_and_show.h"
#include "client/cpp/client.h"

namespace thalweg::cli {

/// Shows a run that this command has made, to its end; Ctrl-C cancels it. With `detach` its name is
/// all that is printed, and the run goes on. Gives the exit code.
int FollowNewRun(const client::Client& client, const v1::Run& created, bool detach,
                 const WatchFlags& flags, bool json, Context& context);

}  // namespace thalweg::cli
