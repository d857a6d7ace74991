#include "client/cli/commands/cross_validation.h"

#include <cmath>
#include <map>
#include <ostream>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"

#include "client/cli/failure.h"
#include "client/cli/output/json.h"
#include "client/cli/output/names.h"
#include "client/cli/output/number_text.h"
#include "client/cli/output/summary.h"
#include "client/cli/output/table_text.h"

namespace thalweg::cli {
namespace {

using Figures = std::map<std::string, double>;

/// A fold: its run, and how good that is on the rows it has not seen.
struct Fold {
  v1::Run run;
  Figures figures;  // "loss" among the metrics
};

struct Summed {
  double mean = 0;
  double deviation = 0;  // of the folds, with n - 1
};

std::vector<v1::Run> CreateFolds(const client::Client& client, const FitOptions& options,
                                 v1::Run run, Context& context) {
  client::CallOptions call = CallOf(options.common, context);
  call.stop = {};
  std::vector<v1::Run> created;
  for (int64_t fold = 0; fold < options.model.folds; ++fold) {
    run.mutable_objective()->mutable_model()->mutable_split()->set_fold(fold);
    (*run.mutable_labels())["fold"] = absl::StrCat(fold);
    created.push_back(ValueOf(client.CreateRun(run, call)));
  }
  return created;
}

Figures JudgeFold(const client::Client& client, const std::string& run) {
  v1::EvaluateModelRequest request;
  request.mutable_model()->set_run(run);
  request.set_rows(v1::ROWS_VALIDATION);
  const v1::EvaluateModelResponse judged = ValueOf(client.EvaluateModel(request));
  Figures figures(judged.metrics().begin(), judged.metrics().end());
  figures["loss"] = judged.loss();
  return figures;
}

/// Of the figures that all folds have.
std::map<std::string, Summed> SumUp(const std::vector<Fold>& folds) {
  std::map<std::string, std::vector<double>> columns;
  for (const Fold& fold : folds) {
    for (const auto& [name, value] : fold.figures) columns[name].push_back(value);
  }
  std::map<std::string, Summed> sums;
  for (const auto& [name, values] : columns) {
    if (values.size() != folds.size()) continue;
    Summed& sum = sums[name];
    for (const double value : values) sum.mean += value / static_cast<double>(values.size());
    for (const double value : values) sum.deviation += std::pow(value - sum.mean, 2);
    sum.deviation = std::sqrt(sum.deviation / static_cast<double>(values.size() - 1));
  }
  return sums;
}

void Print(const std::vector<Fold>& folds, Context& context) {
  const auto sums = SumUp(folds);
  Table table(2);
  std::vector<std::string> head = {"fold", "ended"}, mean = {"mean", ""}, deviation = {"+-", ""};
  for (const auto& [name, sum] : sums) {
    head.push_back(name);
    mean.push_back(ShortText(sum.mean));
    deviation.push_back(ShortText(sum.deviation, 2));
  }
  table.Add(head);
  for (size_t i = 0; i < folds.size(); ++i) {
    std::vector<std::string> line = {absl::StrCat(i),
                                     ReasonName(folds[i].run.termination().reason())};
    for (const auto& [name, sum] : sums) line.push_back(ShortText(folds[i].figures.at(name)));
    table.Add(line);
  }
  table.Add(mean);
  table.Add(deviation);
  context.out << table.Text();
}

void PrintJson(const std::vector<Fold>& folds, Context& context) {
  Json json;
  json.Object().Key("result").Flag(true).Key("folds").Array();
  for (const Fold& fold : folds) {
    json.Object().Key("run").Text(fold.run.name());
    json.Key("reason").Text(ReasonName(fold.run.termination().reason()));
    for (const auto& [name, value] : fold.figures) json.Key(name).Number(value);
    json.EndObject();
  }
  json.EndArray();
  const auto sums = SumUp(folds);
  for (const char* part : {"mean", "deviation"}) {
    json.Key(part).Object();
    for (const auto& [name, sum] : sums) {
      json.Key(name).Number(part == std::string("mean") ? sum.mean : sum.deviation);
    }
    json.EndObject();
  }
  context.out << json.EndObject().text() << "\n";
}

}  // namespace

int CrossValidate(const client::Client& client, const FitOptions& options, const v1::Run& run,
                  Context& context) {
  const std::vector<v1::Run> created = CreateFolds(client, options, run, context);
  if (!options.common.json) {
    context.out << Headline(created.front()) << ", validated on each of " << created.size()
                << " folds\n"
                << std::flush;
  }
  context.interrupt.OnFirst([&] {
    for (const v1::Run& fold : created) (void)client.CancelRun(fold.name());
  });
  std::vector<Fold> folds;
  int worst = kEndedWell;
  for (const v1::Run& fold : created) {
    const v1::Run ended = ValueOf(client.Watch(fold.name(), {}, {.live = 2.0}));
    if (context.interrupt.triggered()) break;
    worst = std::max(worst, ExitCodeOf(ended));
    folds.push_back({ended, JudgeFold(client, ended.name())});
  }
  context.interrupt.OnFirst({});
  if (context.interrupt.triggered()) return kInterrupted;
  (options.common.json ? PrintJson : Print)(folds, context);
  return worst;
}

}  // namespace thalweg::cli
