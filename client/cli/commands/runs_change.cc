// thalweg runs change: other settings for a run that is not over.
#include <memory>
#include <optional>
#include <ostream>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"

#include "client/cli/arguments/common_options.h"
#include "client/cli/arguments/run_arguments.h"
#include "client/cli/commands/command.h"
#include "client/cli/failure.h"
#include "client/cli/output/json.h"
#include "client/cli/output/names.h"
#include "client/cli/output/number_text.h"

namespace thalweg::cli {
namespace {

struct Options {
  CommonOptions common;
  std::string run, optimizer;
  std::vector<std::string> settings, stopping;
  std::optional<double> pace;
};

int Execute(const Options& options, Context& context) {
  v1::ChangeRunRequest request;
  request.set_name(options.run);
  request.mutable_optimizer()->set_kind(options.optimizer);
  AddSettings(options.settings, *request.mutable_optimizer());
  AddRules(options.stopping, *request.mutable_stopping());
  if (options.pace) request.set_pace(*options.pace);
  const client::Client client = ConnectTo(options.common);
  const auto changed = ValueOf(client.ChangeRun(request, CallOf(options.common, context)));
  const v1::Run& run = changed.run();
  if (options.common.json) {
    Json json;
    json.Object().Key("run").Text(run.name()).Key("state").Text(StateName(run.state()));
    json.Key("iteration").Integer(changed.iteration()).EndObject();
    context.out << json.text() << "\n";
  } else {
    context.out << run.name() << ": changed after iteration " << CountText(changed.iteration())
                << "\n";
  }
  return kEndedWell;
}

}  // namespace

Action AddRunsChange(CLI::App& app, Context& context) {
  const auto options = std::make_shared<Options>();
  app.add_option("RUN", options->run, "Name of the run")->required()->type_name("");
  app.add_option("--optimizer", options->optimizer,
                 "Another method, from here on (thalweg catalog optimizers)")
      ->type_name("NAME");
  AddRepeated(app, "--set", options->settings, "OPTION=VALUE",
              "An option of the method; may be repeated, as for minimize");
  AddRepeated(app, "--stop", options->stopping, "RULE=VALUE",
              "A stopping rule, new or with other settings; may be repeated");
  AddPaceOption(app, options->pace);
  AddCommonOptions(app, options->common);
  app.footer(R"(
All else stays as it is. The run goes on from the iterate that it has reached, with the memory of
its method where but numbers and schedules of it change. A run that is over is forked: thalweg runs fork.

Examples:
  thalweg runs change runs/1f2e --set learning_rate=0.01
  thalweg runs change runs/1f2e --stop iterations=1e6 --stop gradient_norm=1e-9
  thalweg runs change runs/1f2e --optimizer adam --set learning_rate=0.001
  thalweg runs change runs/1f2e --pace 5)");
  return [options, &context] { return Execute(*options, context); };
}

}  // namespace thalweg::cli
