#pragma once

#include "client/cli/commands/fit_run.h"
#include "client/cpp/client.h"

namespace thalweg::cli {

/// Makes a run for each fold, waits for all, and prints how good each is on the rows that it has
/// not seen, with mean and deviation. Ctrl-C cancels them. Gives the exit code.
int CrossValidate(const client::Client& client, const FitOptions& options, const v1::Run& run,
                  Context& context);

}  // namespace thalweg::cli
