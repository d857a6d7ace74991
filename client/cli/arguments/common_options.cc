#include "client/cli/arguments/common_options.h"

#include <chrono>

#include "absl/strings/str_cat.h"

#include "client/cli/failure.h"

namespace thalweg::cli {

void AddCommonOptions(CLI::App& app, CommonOptions& options) {
  for (const client::ConnectionOption& option : client::ConnectionOptionTable()) {
    app.add_option(std::string("--") + option.flag, options.connection.*(option.field),
                   absl::StrCat(option.meaning, " (", option.variable, ")"))
        ->type_name(option.value_name)
        ->group("Connection");
  }
  app.add_option("--timeout", options.timeout, "Longest wait for an answer, in seconds")
      ->type_name("SECONDS")
      ->check(Unnamed(CLI::Range(0.001, 86400.0)))
      ->capture_default_str();
  app.add_flag("--json", options.json, "Print JSON, one object a line");
}

client::Client ConnectTo(const CommonOptions& options) {
  return ValueOf(client::Client::Connect(options.connection));
}

client::CallOptions CallOf(const CommonOptions& options, const Context& context) {
  const std::chrono::duration<double> timeout(options.timeout);
  return {std::chrono::duration_cast<std::chrono::milliseconds>(timeout),
          context.interrupt.token()};
}

CLI::Validator Unnamed(CLI::Validator check) { return check.description(""); }

void AddRepeated(CLI::App& app, const std::string& flag, std::vector<std::string>& values,
                 const std::string& value_name, const std::string& help) {
  app.add_option(flag, values, help)->type_name(value_name)->allow_extra_args(false);
}

std::string Unshielded(const std::string& argument) {
  return argument.rfind(" -", 0) == 0 ? argument.substr(1) : argument;
}

void AddPaceOption(CLI::App& app, std::optional<double>& pace) {
  app.add_option("--pace", pace, "Iterations a second at most, 0.01 to 1e6; 0: as fast as can be")
      ->type_name("N");
}

}  // namespace thalweg::cli
