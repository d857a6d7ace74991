#include "client/cli/arguments/run_options.h"

#include "absl/strings/str_cat.h"

#include "client/cli/arguments/common_options.h"
#include "client/cli/arguments/setting_argument.h"
#include "client/cli/arguments/stop_argument.h"
#include "client/cli/failure.h"

namespace thalweg::cli {
namespace {

v1::Part OptimizerOf(const RunOptions& options) {
  v1::Part optimizer;
  optimizer.set_kind(options.optimizer);
  for (const std::string& text : options.settings) {
    const NamedSetting read = ValueOf(ParseSetting("--set", text));
    if (optimizer.settings().contains(read.name)) {
      throw Failure(kRefused, absl::StrCat("--set: '", read.name, "' is given twice"));
    }
    (*optimizer.mutable_settings())[read.name] = read.setting;
  }
  return optimizer;
}

void AddLabels(const RunOptions& options, v1::Run& run) {
  for (const std::string& label : options.labels) {
    const size_t equals = label.find('=');
    if (equals == std::string::npos || equals == 0) {
      throw Failure(kRefused, absl::StrCat("--label: expected KEY=VALUE, not '", label, "'"));
    }
    (*run.mutable_labels())[label.substr(0, equals)] = label.substr(equals + 1);
  }
}

}  // namespace

void AddRunOptions(CLI::App& app, RunOptions& options) {
  AddObjectiveOptions(app, options.objective);
  AddRepeated(app, "--start", options.start, "NAME=VALUE",
              "Where to begin, by variable; may be repeated (see Values)");
  AddRepeated(app, "--set", options.settings, "OPTION=VALUE",
              "An option of the method; may be repeated (see Values)");
  AddRepeated(app, "--stop", options.stopping, "RULE=VALUE",
              "A stopping rule (thalweg catalog stopping); may be repeated, the first met ends");
  app.add_option("--seed", options.seed, "Seed of all randomness")->type_name("N");
  AddRepeated(app, "--label", options.labels, "KEY=VALUE", "A label; may be repeated");
  app.add_option("--trace", options.traced, "Coordinates of x that each iterate keeps")
      ->type_name("N")
      ->check(Unnamed(CLI::NonNegativeNumber));
  AddPaceOption(app, options.pace);
}

void AddOptimizerOption(CLI::App& app, RunOptions& options) {
  app.add_option("--optimizer", options.optimizer, "Method (thalweg catalog optimizers)")
      ->type_name("NAME")
      ->capture_default_str();
}

v1::Run RunOf(const RunOptions& options) {
  v1::Run run;
  *run.mutable_objective() = ObjectiveOf(options.objective);
  run.mutable_objective()->set_direction(options.direction);
  if (!options.start.empty()) *run.mutable_start() = PointOf("--start", options.start);
  *run.mutable_optimizer() = OptimizerOf(options);
  for (const std::string& text : options.stopping) {
    *run.add_stopping() = ValueOf(ParseStop("--stop", text));
  }
  if (options.seed) run.set_seed(*options.seed);
  if (options.traced) run.set_traced_coordinates(*options.traced);
  if (options.pace) run.set_pace(*options.pace);
  AddLabels(options, run);
  return run;
}

}  // namespace thalweg::cli
