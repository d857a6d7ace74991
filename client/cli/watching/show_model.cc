#include "client/cli/watching/show_model.h"

#include <optional>
#include <ostream>
#include <utility>

namespace thalweg::cli {
namespace {

client::Result<v1::EvaluateModelResponse> Ask(const client::Client& client, const v1::Run& run,
                                              v1::Rows rows) {
  v1::EvaluateModelRequest request;
  request.mutable_model()->set_run(run.name());
  request.set_rows(rows);
  return client.EvaluateModel(request);
}

}  // namespace

client::Result<ModelReport> ReportOn(const client::Client& client, const v1::Run& run) {
  ModelReport report;
  auto training = Ask(client, run, v1::ROWS_TRAINING);
  if (!training.ok()) return training.error();
  report.training = std::move(*training);
  const v1::Split& split = run.objective().model().split();
  if (split.validation() > 0 || split.folds() > 0) {
    auto validation = Ask(client, run, v1::ROWS_VALIDATION);
    if (!validation.ok()) return validation.error();
    report.validation = std::move(*validation);
  }
  // A formula says nothing of single rows, so that nothing is tested with them.
  if (split.test() > 0 && run.objective().model().model().kind() != "formula") {
    auto test = Ask(client, run, v1::ROWS_TEST);
    if (!test.ok()) return test.error();
    report.test = std::move(*test);
  }
  return report;
}

void ShowModel(const client::Client& client, const v1::Run& run, bool json, Context& context) {
  if (!run.objective().has_model() || !run.has_best()) return;
  const client::Result<ModelReport> report = ReportOn(client, run);
  if (!report.ok()) {
    context.err << "the model cannot be judged: " << report.error().message << "\n";
    return;
  }
  if (!json) {
    context.out << ModelText(*report, context.terminal) << std::flush;
    return;
  }
  Json line;
  line.Object().Key("event").Text("model").Key("run").Text(run.name());
  WriteModel(line, *report);
  context.out << line.EndObject().text() << "\n" << std::flush;
}

}  // namespace thalweg::cli
