#pragma once

#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "server/settings.h"

namespace thalweg {

/// What a command line asks for.
struct CommandLine {
  enum class Wish { kServe, kHelp, kVersion, kCheckConfig };
  Wish wish = Wish::kServe;
  Settings settings;
  /// Where each setting comes from, by its flag without dashes: "default", "thalwegd.conf:3",
  /// "THALWEG_WORKERS" or "--workers".
  std::map<std::string, std::string> sources = {};
  /// Variables THALWEG_... that are none of ours: perhaps misspelt. Not an error, since Kubernetes
  /// makes variables out of the names of services.
  std::vector<std::string> unknown_variables = {};
};

/// Reads flags (without the program's name), the environment, and the file that --config or
/// THALWEG_CONFIG names. A flag wins over a variable, a variable over the file, the file over the
/// default; but a value that is not permitted is an error even where another wins over it.
/// INVALID_ARGUMENT with one line that names the flag, the variable or the file and its line, the
/// value and what is permitted.
absl::StatusOr<CommandLine> ReadCommandLine(const std::vector<std::string>& arguments,
                                            const std::map<std::string, std::string>& environment);

/// How a message names the setting `flag` that comes from `source`: "--workers",
/// "THALWEG_WORKERS", "thalwegd.conf:3: workers".
std::string NameIn(const std::string& source, const std::string& flag);

}  // namespace thalweg
