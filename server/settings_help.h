#pragma once

#include <map>
#include <string>

#include "server/settings_reader.h"

namespace thalweg {

/// For people: all flags with variables, defaults and meanings.
std::string HelpText();

/// The settings in force, by their flags' names without dashes.
std::map<std::string, std::string> Describe(const Settings& settings);

/// All settings and where each comes from, as a file that --config takes. Where one is left to the
/// machine, what it comes to on this one stands beside it.
std::string AsFile(const CommandLine& line, const Machine& machine);

}  // namespace thalweg
