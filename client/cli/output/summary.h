#pragma once

#include <string>

#include "client/cli/terminal.h"
#include "thalweg/v1/run.pb.h"

namespace thalweg::cli {

/// "runs/a: minimize (x-2.5)**2-1 with gradient_descent".
std::string Headline(const v1::Run& run);

/// How a run ended and what it found, with what was noticed and the flags that would help.
std::string Summary(const v1::Run& run, const Terminal& terminal);

/// The exit code that the end of a run is.
int ExitCodeOf(const v1::Run& run);

}  // namespace thalweg::cli
