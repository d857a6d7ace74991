// thalweg server info.
#include <map>
#include <memory>
#include <ostream>
#include <string>

#include "absl/strings/str_format.h"

#include "client/cli/arguments/common_options.h"
#include "client/cli/commands/command.h"
#include "client/cli/failure.h"
#include "client/cli/output/json.h"

namespace thalweg::cli {
namespace {

int Execute(const CommonOptions& options, Context& context) {
  const client::Client client = ConnectTo(options);
  const auto info = ValueOf(client.GetServerInfo(CallOf(options, context)));
  const std::map<std::string, std::string> settings(info.settings().begin(), info.settings().end());
  if (options.json) {
    Json json;
    json.Object().Key("address").Text(client.address()).Key("version").Text(info.version());
    json.Key("settings").Object();
    for (const auto& [name, value] : settings) json.Key(name).Text(value);
    context.out << json.EndObject().EndObject().text() << "\n";
    return kEndedWell;
  }
  context.out << "thalwegd " << info.version() << " at " << client.address() << "\n";
  for (const auto& [name, value] : settings) {
    context.out << absl::StrFormat("  %-32s %s\n", name, value);
  }
  return kEndedWell;
}

}  // namespace

Action AddServerInfo(CLI::App& app, Context& context) {
  const auto options = std::make_shared<CommonOptions>();
  AddCommonOptions(app, *options);
  app.footer("\nExample:\n  thalweg server info --server optimizer.example.org:50051");
  return [options, &context] { return Execute(*options, context); };
}

}  // namespace thalweg::cli
