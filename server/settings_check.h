#pragma once

#include <string>
#include <vector>

#include "server/settings_reader.h"

namespace thalweg {

/// What is wrong with settings that are each permitted by themselves: a line each.
struct Findings {
  std::vector<std::string> errors;    ///< The server must not start.
  std::vector<std::string> warnings;  ///< It may, and says so.
};

/// Looks at what the settings name and at how they go together: files that cannot be read, secrets
/// that others can read, hosts that nobody knows, TLS without all of its parts, plain text beyond
/// this machine, budgets beyond the memory. Reads metadata of files, never their contents.
Findings Check(const CommandLine& line, const Machine& machine);

/// An error where --data-dir can neither be written to nor made; what a start would find out.
std::vector<std::string> CheckDataFolder(const CommandLine& line);

}  // namespace thalweg
