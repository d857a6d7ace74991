#include "client/cli/commands/fit_run.h"

#include <filesystem>
#include <ostream>
#include <utility>

#include "absl/strings/str_cat.h"

#include "client/cli/arguments/objective_options.h"
#include "client/cli/arguments/run_arguments.h"
#include "client/cli/commands/cross_validation.h"
#include "client/cli/commands/rate_finder.h"
#include "client/cli/failure.h"
#include "client/cli/watching/follow_new_run.h"
#include "client/cli/watching/upload_file.h"

namespace thalweg::cli {
namespace {

// Where nobody says when to end: enough for most tables, soon over on all.
constexpr double kUsualEpochs = 100;
constexpr double kUsualIterations = 1000;  // of steps that see all rows

v1::Part Rule(const std::string& kind, double threshold) {
  v1::Part rule;
  rule.set_kind(kind);
  (*rule.mutable_settings())["threshold"].set_number(threshold);
  return rule;
}

bool SeesBatches(const v1::Run& run) {
  return !run.batches().kind().empty() && run.batches().kind() != "full";
}

void AddStopping(const FitOptions& options, v1::Run& run) {
  AddRules(options.stopping, *run.mutable_stopping());
  if (options.epochs) {
    *run.add_stopping() = Rule("epochs", static_cast<double>(*options.epochs));
  }
  if (!options.stopping.empty()) return;
  // What such methods approach they never reach: they need an end, and do well to stop early.
  const bool approaches = SeesBatches(run) || run.optimizer().kind() == "adam";
  if (!approaches) return;
  const v1::Split& split = run.objective().model().split();
  if (split.validation() > 0 || split.folds() > 0) run.add_stopping()->set_kind("validation");
  if (!options.epochs) {
    *run.add_stopping() =
        SeesBatches(run) ? Rule("epochs", kUsualEpochs) : Rule("iterations", kUsualIterations);
  }
}

std::string NameOfFile(const std::string& path) {
  return std::filesystem::path(path).filename().string();
}

std::string DatasetOf(const FitOptions& options, const client::Client& client, Context& context) {
  if (options.file.empty() == options.dataset.empty()) {
    throw Failure(kRefused, options.file.empty()
                                ? "a table is wanted: a CSV file, or --dataset NAME"
                                : "give a file or --dataset, not both");
  }
  if (options.dataset.empty()) return UploadFile(client, options.file, options.common, context);
  return client::DatasetName(options.dataset);
}

}  // namespace

v1::Run RunOf(const FitOptions& options, const std::string& dataset) {
  v1::Run run;
  v1::Model& model = *run.mutable_objective()->mutable_model();
  model = ModelOf(options.model, dataset);
  *run.mutable_batches() = BatchesOf(options.model);
  if (run.batches().kind().empty()) run.clear_batches();
  if (options.optimizer.empty()) {
    *run.mutable_optimizer() = UsualOptimizer(model, run.batches());
    // A setting that is given takes the place of a usual one.
    v1::Part given;
    AddSettings(options.settings, given);
    for (const auto& [name, setting] : given.settings()) {
      (*run.mutable_optimizer()->mutable_settings())[name] = setting;
    }
  } else {
    run.mutable_optimizer()->set_kind(options.optimizer);
    AddSettings(options.settings, *run.mutable_optimizer());
  }
  AddStopping(options, run);
  if (!options.start.empty()) *run.mutable_start() = PointOf("--start", options.start);
  if (options.seed) run.set_seed(*options.seed);
  if (options.traced) run.set_traced_coordinates(*options.traced);
  if (options.pace) run.set_pace(*options.pace);
  run.set_display_name(options.name.empty() ? NameOfFile(options.file) : options.name);
  AddLabels(options.labels, *run.mutable_labels());
  return run;
}

int Fit(const FitOptions& options, Context& context) {
  const client::Client client = ConnectTo(options.common);
  const v1::Run run = RunOf(options, DatasetOf(options, client, context));
  if (options.find_rate) return FindRate(client, options, run, context);
  if (options.model.folds > 0 && !options.model.fold) {
    return CrossValidate(client, options, run, context);
  }
  // Not ended by Ctrl-C: a run that was made just then would go on without anyone knowing.
  client::CallOptions call = CallOf(options.common, context);
  call.stop = {};
  const v1::Run created = ValueOf(client.CreateRun(run, call));
  return FollowNewRun(client, created, options.detach, options.watch, options.common.json, context);
}

}  // namespace thalweg::cli
