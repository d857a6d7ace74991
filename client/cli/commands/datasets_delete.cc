// thalweg datasets delete.
#include <memory>
#include <ostream>
#include <string>
#include <vector>

#include "client/cli/arguments/common_options.h"
#include "client/cli/commands/command.h"
#include "client/cli/failure.h"
#include "client/cli/output/json.h"

namespace thalweg::cli {
namespace {

struct Options {
  CommonOptions common;
  std::vector<std::string> datasets;
};

int Execute(const Options& options, Context& context) {
  const client::Client client = ConnectTo(options.common);
  for (const std::string& given : options.datasets) {
    (void)ValueOf(client.DeleteDataset(given, CallOf(options.common, context)));
    const std::string name = client::DatasetName(given);
    if (options.common.json) {
      Json json;
      json.Object().Key("name").Text(name).Key("state").Text("deleted").EndObject();
      context.out << json.text() << "\n";
    } else {
      context.out << name << ": deleted\n";
    }
  }
  return kEndedWell;
}

}  // namespace

Action AddDatasetsDelete(CLI::App& app, Context& context) {
  const auto options = std::make_shared<Options>();
  app.add_option("NAME", options->datasets, "Names of tables")->required()->type_name("");
  AddCommonOptions(app, options->common);
  app.footer(R"(
A table that a run learns from which is not over stays, and so does its name.

Example:
  thalweg datasets delete datasets/s1f2e)");
  return [options, &context] { return Execute(*options, context); };
}

}  // namespace thalweg::cli
