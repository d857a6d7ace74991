// thalweg datasets upload.
#include <memory>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"

#include "client/cli/arguments/common_options.h"
#include "client/cli/commands/command.h"
#include "client/cli/failure.h"
#include "client/cli/output/dataset_text.h"
#include "client/cli/watching/upload_file.h"

namespace thalweg::cli {
namespace {

struct Options {
  CommonOptions common;
  std::string file, name, delimiter;
  bool header = false, no_header = false;
  std::vector<std::string> types, missing;
};

std::string DelimiterOf(const std::string& text) {
  if (text == "tab" || text == "\\t") return "\t";
  if (text.size() <= 1) return text;
  throw Failure(kRefused,
                absl::StrCat("--delimiter: '", text, "' is not one byte; a tab is written tab"));
}

/// Names may have equals signs, types have none.
void AddType(const std::string& text, v1::CsvFormat& csv) {
  const size_t sign = text.rfind('=');
  const std::string type = sign == std::string::npos ? "" : text.substr(sign + 1);
  if (type != "category" && type != "number") {
    throw Failure(kRefused, absl::StrCat("--type: '", text,
                                         "' is not COLUMN=category and not COLUMN=number"));
  }
  (*csv.mutable_types())[text.substr(0, sign)] =
      type == "category" ? v1::COLUMN_TYPE_CATEGORY : v1::COLUMN_TYPE_NUMBER;
}

v1::UploadSpec SpecOf(const Options& options) {
  v1::UploadSpec spec;
  v1::CsvFormat& csv = *spec.mutable_csv();
  spec.set_display_name(Unshielded(options.name));
  csv.set_delimiter(DelimiterOf(options.delimiter));
  if (options.header || options.no_header) csv.set_header(options.header);
  for (const std::string& text : options.types) AddType(Unshielded(text), csv);
  for (const std::string& text : options.missing) csv.add_missing(Unshielded(text));
  return spec;
}

int Execute(const Options& options, Context& context) {
  v1::UploadSpec spec = SpecOf(options);
  const client::Client client = ConnectTo(options.common);
  const v1::Dataset dataset =
      UploadTable(client, options.file, std::move(spec), options.common, context);
  if (options.common.json) {
    Json json;
    WriteDataset(json, dataset, /*statistics=*/true);
    context.out << json.text() << "\n";
  } else {
    context.out << dataset.name() << "\n";
  }
  return kEndedWell;
}

}  // namespace

Action AddDatasetsUpload(CLI::App& app, Context& context) {
  const auto options = std::make_shared<Options>();
  app.add_option("FILE", options->file, "A CSV file")->required()->type_name("");
  app.add_option("--name", options->name, "A name for people [default: the file's]")
      ->type_name("TEXT");
  app.add_option("--delimiter", options->delimiter,
                 "What separates cells: one byte, or tab [default: found out]")
      ->type_name("C");
  CLI::Option* const header =
      app.add_flag("--header", options->header, "The first line is names, even of digits");
  app.add_flag("--no-header", options->no_header, "The first line is a row [default: found out]")
      ->excludes(header);
  AddRepeated(app, "--type", options->types, "COLUMN=TYPE",
              "category or number, in place of what the cells look like; may be repeated");
  AddRepeated(app, "--missing", options->missing, "TEXT",
              "A cell without a value, in place of NA, nan, ? and the like; may be repeated");
  AddCommonOptions(app, options->common);
  app.footer(R"(
The file is sent in pieces; a lost connection is taken up again where it broke. Prints the table's
name, which follows from its content. --timeout is for each piece.

Examples:
  thalweg datasets upload iris.csv
  thalweg datasets upload survey.csv --delimiter ';' --type postcode=category --missing -99)");
  return [options, &context] { return Execute(*options, context); };
}

}  // namespace thalweg::cli
