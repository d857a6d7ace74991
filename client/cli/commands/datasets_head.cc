// thalweg datasets head: rows of a table.
#include <memory>
#include <ostream>
#include <string>
#include <vector>

#include "client/cli/arguments/common_options.h"
#include "client/cli/commands/command.h"
#include "client/cli/failure.h"
#include "client/cli/output/dataset_text.h"

namespace thalweg::cli {
namespace {

struct Options {
  CommonOptions common;
  std::string dataset;
  std::vector<std::string> columns;
  int64_t rows = 10;
  int64_t from = 0;
};

int Execute(const Options& options, Context& context) {
  const client::Client client = ConnectTo(options.common);
  const client::CallOptions call = CallOf(options.common, context);
  v1::ReadDatasetRequest request;
  request.set_name(options.dataset);
  request.set_row(options.from);
  request.set_row_count(options.rows);
  for (const std::string& column : options.columns) request.add_columns(Unshielded(column));
  const v1::ReadDatasetResponse rows = ValueOf(client.ReadDataset(request, call));
  const v1::Dataset dataset = ValueOf(client.GetDataset(options.dataset, call));  // its categories
  if (!options.common.json) {
    context.out << RowsText(dataset, rows);
    return kEndedWell;
  }
  for (int i = 0; i < rows.rows_size(); ++i) {
    Json json;
    WriteRow(json, dataset, rows, i);
    context.out << json.text() << "\n";
  }
  return kEndedWell;
}

}  // namespace

Action AddDatasetsHead(CLI::App& app, Context& context) {
  const auto options = std::make_shared<Options>();
  app.add_option("NAME", options->dataset, "datasets/... or what follows the slash")
      ->required()
      ->type_name("");
  app.add_option("--rows", options->rows, "How many, 1 to 10000")
      ->type_name("N")
      ->check(Unnamed(CLI::Range(1, 10'000)))
      ->capture_default_str();
  app.add_option("--from", options->from, "The first row, from 0")
      ->type_name("N")
      ->check(Unnamed(CLI::NonNegativeNumber))
      ->capture_default_str();
  AddRepeated(app, "--column", options->columns, "NAME",
              "Only this column; may be repeated [default: all]");
  AddCommonOptions(app, options->common);
  app.footer("\nExample:\n  thalweg datasets head datasets/s1f2e --rows 5 --column species");
  return [options, &context] { return Execute(*options, context); };
}

}  // namespace thalweg::cli
