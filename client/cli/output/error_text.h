#pragma once

#include <string>

#include "client/cpp/error.h"

namespace thalweg::cli {

/// A server's error for the terminal: every refused field under the flag it was given with, the
/// lines of a formula error kept with their caret; where the server is to blame, the request's id.
///
///   --set learning_rate: -1 is not in (0, inf)
///   formula: line 1, column 4: unknown name 'z'
///     x + z
///         ^
std::string ErrorText(const client::Error& error);

/// The flag that a field of a request was given with: "--set learning_rate" for
/// "run.optimizer.settings[learning_rate]", "formula" for "run.objective.expression". The field
/// itself where there is no such flag.
std::string FlagOf(const std::string& field);

}  // namespace thalweg::cli
