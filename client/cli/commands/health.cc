// thalweg health: the probe of containers.
#include "client/cpp/health.h"

#include <memory>
#include <ostream>
#include <string>

#include "client/cli/arguments/common_options.h"
#include "client/cli/commands/command.h"
#include "client/cli/failure.h"
#include "client/cli/output/json.h"

namespace thalweg::cli {
namespace {

struct Options {
  CommonOptions common{.timeout = 5};
  std::string service;
};

int Execute(const Options& options, Context& context) {
  const std::string status = ValueOf(client::CheckHealth(options.common.connection, options.service,
                                                         CallOf(options.common, context)));
  if (options.common.json) {
    Json json;
    json.Object().Key("service").Text(options.service).Key("status").Text(status).EndObject();
    context.out << json.text() << "\n";
  } else {
    context.out << status << "\n";
  }
  return status == "SERVING" ? kEndedWell : kRefused;
}

}  // namespace

Action AddHealth(CLI::App& app, Context& context) {
  const auto options = std::make_shared<Options>();
  AddCommonOptions(app, options->common);
  app.add_option("--service", options->service,
                 "What to ask about: live (answers), ready (takes work); else: has started")
      ->type_name("NAME");
  app.footer(
      "\nExample:\n  thalweg health --service ready --timeout 2\n\n"
      "Exit codes: 0 SERVING; 1 anything else, or wrong usage; 3 not reached in time.");
  return [options, &context] { return Execute(*options, context); };
}

}  // namespace thalweg::cli
