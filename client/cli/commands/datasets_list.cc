// thalweg datasets list.
#include <memory>
#include <ostream>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

#include "client/cli/arguments/common_options.h"
#include "client/cli/commands/command.h"
#include "client/cli/failure.h"
#include "client/cli/output/dataset_text.h"
#include "client/cli/output/names.h"
#include "client/cli/output/number_text.h"
#include "client/cli/progress/panel.h"

namespace thalweg::cli {
namespace {

struct Options {
  CommonOptions common;
  int64_t limit = 20;
};

int Execute(const Options& options, Context& context) {
  const auto datasets = ValueOf(
      ConnectTo(options.common).ListDatasets(options.limit, CallOf(options.common, context)));
  if (!options.common.json) {
    context.out << absl::StrFormat("%-31s %12s %8s %12s  %s\n", "DATASET", "ROWS", "COLUMNS",
                                   "SIZE", "NAME");
  }
  for (const v1::Dataset& dataset : datasets) {
    if (options.common.json) {
      Json json;
      WriteDataset(json, dataset, /*statistics=*/false);
      context.out << json.text() << "\n";
      continue;
    }
    const std::string line =
        absl::StrFormat("%-31s %12s %8d %12s  %s", dataset.name(), CountText(dataset.row_count()),
                        dataset.columns_size(), BytesText(dataset.stored_bytes()),
                        Printable(dataset.display_name()));
    context.out << (context.terminal.live ? Clipped(line, context.terminal.size().columns) : line)
                << "\n";
  }
  return kEndedWell;
}

}  // namespace

Action AddDatasetsList(CLI::App& app, Context& context) {
  const auto options = std::make_shared<Options>();
  app.add_option("--limit", options->limit, "At most so many")
      ->type_name("N")
      ->check(Unnamed(CLI::PositiveNumber))
      ->capture_default_str();
  AddCommonOptions(app, options->common);
  app.footer("\nExample:\n  thalweg datasets list --limit 5");
  return [options, &context] { return Execute(*options, context); };
}

}  // namespace thalweg::cli
