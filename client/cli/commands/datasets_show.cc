// thalweg datasets show.
#include <memory>
#include <ostream>
#include <string>

#include "client/cli/arguments/common_options.h"
#include "client/cli/commands/command.h"
#include "client/cli/failure.h"
#include "client/cli/output/dataset_text.h"

namespace thalweg::cli {
namespace {

struct Options {
  CommonOptions common;
  std::string dataset;
};

int Execute(const Options& options, Context& context) {
  const v1::Dataset dataset = ValueOf(
      ConnectTo(options.common).GetDataset(options.dataset, CallOf(options.common, context)));
  if (options.common.json) {
    Json json;
    WriteDataset(json, dataset, /*statistics=*/true);
    context.out << json.text() << "\n";
  } else {
    context.out << DatasetText(dataset);
  }
  return kEndedWell;
}

}  // namespace

Action AddDatasetsShow(CLI::App& app, Context& context) {
  const auto options = std::make_shared<Options>();
  app.add_option("NAME", options->dataset, "datasets/... or what follows the slash")
      ->required()
      ->type_name("");
  AddCommonOptions(app, options->common);
  app.footer("\nExample:\n  thalweg datasets show datasets/s1f2e --json");
  return [options, &context] { return Execute(*options, context); };
}

}  // namespace thalweg::cli
