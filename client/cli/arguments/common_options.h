#pragma once

#include <optional>
#include <string>
#include <vector>

#include "CLI/App.hpp"
#include "client/cli/context.h"
#include "client/cpp/client.h"

namespace thalweg::cli {

/// What every command that asks the server takes.
struct CommonOptions {
  client::ConnectionOptions connection;
  bool json = false;
  double timeout = 30;  // s
};

/// --server and all else that a connection may need, --timeout, --json.
void AddCommonOptions(CLI::App& app, CommonOptions& options);

/// A client for the server that was named.
client::Client ConnectTo(const CommonOptions& options);

/// For one call: the timeout that was given, ended by Ctrl-C.
client::CallOptions CallOf(const CommonOptions& options, const Context& context);

/// `check` without a word of its own in the help, where the option's text says what is allowed.
CLI::Validator Unnamed(CLI::Validator check);

/// Adds an option that may be repeated, one value each time.
void AddRepeated(CLI::App& app, const std::string& flag, std::vector<std::string>& values,
                 const std::string& value_name, const std::string& help);

/// An argument as it was given: without the blank that cli.cc puts before a minus.
std::string Unshielded(const std::string& argument);

/// --pace.
void AddPaceOption(CLI::App& app, std::optional<double>& pace);

}  // namespace thalweg::cli
