#pragma once

#include <string>
#include <vector>

#include "client/cli/context.h"

namespace thalweg::cli {

/// The whole command: reads `arguments` (without the program's name), does what they say, gives the
/// exit code. All output goes to `context`.
int RunCli(const std::vector<std::string>& arguments, Context& context);

}  // namespace thalweg::cli
