// thalweg predict: what a model says of the rows of a table, as CSV.
#include <fstream>
#include <memory>
#include <ostream>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"

#include "client/cli/arguments/common_options.h"
#include "client/cli/commands/command.h"
#include "client/cli/failure.h"
#include "client/cli/output/number_text.h"
#include "client/cli/watching/upload_file.h"

namespace thalweg::cli {
namespace {

struct Options {
  CommonOptions common;
  std::string run, file, dataset, out;
};

/// A cell that others named: quoted where it must be (RFC 4180).
std::string Cell(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  return absl::StrCat("\"", absl::StrReplaceAll(text, {{"\"", "\"\""}}), "\"");
}

/// Empty for what is not known.
std::string NumberCell(double number) { return number == number ? NumberText(number) : ""; }

std::string Head(const v1::Predictions& predictions) {
  std::string head = "row,prediction";
  const int classes = predictions.classes_size();
  const bool second_alone = predictions.scores_per_row() == 1 && classes == 2;
  const std::string what = predictions.probabilities() ? "probability of " : "score of ";
  for (int64_t j = 0; j < predictions.scores_per_row(); ++j) {
    const int place = second_alone ? 1 : static_cast<int>(j);
    absl::StrAppend(
        &head, ",",
        Cell(what + (place < classes ? predictions.classes(place) : absl::StrCat(place))));
  }
  return head + "\n";
}

std::string PredictionCell(const v1::Predictions& predictions, int i) {
  const double value = predictions.values(i);
  if (predictions.classes().empty() || !(value >= 0 && value < predictions.classes_size())) {
    return NumberCell(value);
  }
  return Cell(predictions.classes(static_cast<int>(value)));
}

void Write(const v1::PredictResponse& part, bool head, std::ostream& out) {
  const v1::Predictions& predictions = part.predictions();
  if (head) out << Head(predictions);
  const auto per_row = static_cast<int>(predictions.scores_per_row());
  for (int i = 0; i < predictions.values_size(); ++i) {
    out << part.row() + i << "," << PredictionCell(predictions, i);
    for (int j = 0; j < per_row; ++j) {
      const int at = i * per_row + j;
      out << "," << (at < predictions.scores_size() ? NumberCell(predictions.scores(at)) : "");
    }
    out << "\n";
  }
}

int Execute(const Options& options, Context& context) {
  if (!options.file.empty() && !options.dataset.empty()) {
    throw Failure(kRefused, "give a file or --dataset, not both");
  }
  const client::Client client = ConnectTo(options.common);
  v1::PredictRequest request;
  request.mutable_model()->set_run(client::RunName(options.run));
  if (!options.dataset.empty()) request.set_dataset(client::DatasetName(options.dataset));
  if (!options.file.empty()) {
    request.set_dataset(UploadFile(client, options.file, options.common, context));
  }
  std::ofstream file;
  if (!options.out.empty()) {
    file.open(options.out, std::ios::trunc);
    if (!file) throw Failure(kRefused, absl::StrCat("--out: cannot write '", options.out, "'"));
  }
  std::ostream& out = options.out.empty() ? context.out : file;
  bool first = true;
  const auto error = client.Predict(
      request,
      [&](const v1::PredictResponse& part) {
        Write(part, first, out);
        first = false;
        return static_cast<bool>(out);
      },
      CallOf(options.common, context));
  if (context.interrupt.triggered()) return kInterrupted;
  out.flush();
  if (!out) throw Failure(kRefused, "the predictions could not be written");
  if (error) throw FailureFrom(*error);
  return kEndedWell;
}

}  // namespace

Action AddPredict(CLI::App& app, Context& context) {
  const auto options = std::make_shared<Options>();
  app.add_option("RUN", options->run, "A run that fitted a model, or fits it")
      ->required()
      ->type_name("");
  app.add_option("DATA", options->file,
                 "A CSV file with the features among its columns [default: the model's own rows]")
      ->type_name("");
  app.add_option("--dataset", options->dataset, "A table that was uploaded, in place of a file")
      ->type_name("NAME");
  app.add_option("--out,-o", options->out, "File to write to [default: the output]")
      ->type_name("FILE");
  AddCommonOptions(app, options->common);
  app.footer(R"(
Prints CSV: row (from 0), prediction, and of classes their probabilities or scores. What cannot be
predicted because a feature is missing is empty.

Examples:
  thalweg predict runs/1f2e new.csv
  thalweg predict 1f2e new.csv --out predictions.csv)");
  return [options, &context] { return Execute(*options, context); };
}

}  // namespace thalweg::cli
