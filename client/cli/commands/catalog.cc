// thalweg catalog: what there is to choose from.
#include <algorithm>
#include <iterator>
#include <memory>
#include <ostream>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"

#include "client/cli/arguments/common_options.h"
#include "client/cli/commands/command.h"
#include "client/cli/failure.h"
#include "client/cli/nearest.h"
#include "client/cli/output/catalogue_text.h"

namespace thalweg::cli {
namespace {

struct Options {
  CommonOptions common;
  std::string kind;
  std::string name;  // empty: all
};

const std::vector<std::string>& Kinds() {
  static const std::vector<std::string> kKinds = {
      "optimizers", "functions", "schedules", "stopping", "line_searches",
      "models",     "losses",    "penalties", "batches",  "language"};
  return kKinds;
}

template <typename Entry>
std::vector<CatalogueRow> RowsOf(client::Result<std::vector<Entry>> entries) {
  std::vector<CatalogueRow> rows;
  for (const Entry& entry : ValueOf(std::move(entries))) rows.push_back(RowOf(entry));
  return rows;
}

std::vector<CatalogueRow> Rows(const client::Client& client, const std::string& kind,
                               const client::CallOptions& call) {
  if (kind == "functions") return RowsOf(client.ListFunctions(call));
  if (kind == "schedules") return RowsOf(client.ListSchedules(call));
  if (kind == "stopping") return RowsOf(client.ListStoppingRules(call));
  if (kind == "line_searches") return RowsOf(client.ListLineSearches(call));
  if (kind == "models") return RowsOf(client.ListModels(call));
  if (kind == "losses") return RowsOf(client.ListLosses(call));
  if (kind == "penalties") return RowsOf(client.ListPenalties(call));
  if (kind == "batches") return RowsOf(client.ListBatches(call));
  if (kind == "language") return RowsOf(client.ListLanguageFunctions(call));
  return RowsOf(client.ListOptimizers(call));
}

/// The rows called `name`; a Failure that names the nearest where there are none.
std::vector<CatalogueRow> Named(const std::vector<CatalogueRow>& rows, const std::string& name,
                                const std::string& kind) {
  std::vector<CatalogueRow> found;
  std::copy_if(rows.begin(), rows.end(), std::back_inserter(found),
               [&](const CatalogueRow& row) { return row.name == name; });
  if (!found.empty()) return found;
  std::vector<std::string> names;
  for (const CatalogueRow& row : rows) names.push_back(row.name);
  throw Failure(kRefused, absl::StrCat("'", name, "' is not among the ", kind,
                                       DidYouMean(name, names), "; see: thalweg catalog ", kind));
}

int Execute(const Options& options, Context& context) {
  std::vector<CatalogueRow> rows =
      Rows(ConnectTo(options.common), options.kind, CallOf(options.common, context));
  if (!options.name.empty()) rows = Named(rows, options.name, options.kind);
  if (options.common.json) {
    for (const CatalogueRow& row : rows) context.out << RowJson(row) << "\n";
  } else if (options.name.empty()) {
    context.out << ListText(rows);
  } else {
    for (const CatalogueRow& row : rows) context.out << DetailText(row);
  }
  return kEndedWell;
}

}  // namespace

Action AddCatalog(CLI::App& app, Context& context) {
  const auto options = std::make_shared<Options>();
  app.add_option(
         "KIND", options->kind,
         "optimizers, functions, schedules, stopping, line_searches, models, losses, penalties, "
         "batches or language")
      ->required()
      ->type_name("")
      ->check(Unnamed(CLI::IsMember(Kinds())));
  app.add_option("NAME", options->name, "One of them, with its options")->type_name("");
  AddCommonOptions(app, options->common);
  app.footer(R"(
Examples:
  thalweg catalog optimizers
  thalweg catalog optimizers adam
  thalweg catalog stopping value_change
  thalweg catalog models mlp)");
  return [options, &context] { return Execute(*options, context); };
}

}  // namespace thalweg::cli
