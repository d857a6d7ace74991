// thalweg runs fork: leave a run at an iterate, and watch where that leads.
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "client/cli/arguments/common_options.h"
#include "client/cli/arguments/run_arguments.h"
#include "client/cli/commands/command.h"
#include "client/cli/failure.h"
#include "client/cli/watching/follow_new_run.h"

namespace thalweg::cli {
namespace {

struct Options {
  CommonOptions common;
  WatchFlags watch;
  std::string run, optimizer, name, request_id;
  std::optional<int64_t> at;
  std::optional<uint64_t> seed;
  std::optional<double> pace;
  std::vector<std::string> settings, stopping, labels;
  bool detach = false;
};

v1::ForkRunRequest RequestOf(const Options& options) {
  v1::ForkRunRequest request;
  request.set_name(options.run);
  if (options.at) request.set_iteration(*options.at);
  request.mutable_optimizer()->set_kind(options.optimizer);
  AddSettings(options.settings, *request.mutable_optimizer());
  AddRules(options.stopping, *request.mutable_stopping());
  if (options.seed) request.set_seed(*options.seed);
  if (options.pace) request.set_pace(*options.pace);
  request.set_display_name(options.name);
  AddLabels(options.labels, *request.mutable_labels());
  request.set_request_id(options.request_id);
  return request;
}

int Execute(const Options& options, Context& context) {
  const client::Client client = ConnectTo(options.common);
  // Not ended by Ctrl-C: a run that was made just then would go on without anyone knowing.
  client::CallOptions call = CallOf(options.common, context);
  call.stop = {};
  const v1::Run fork = ValueOf(client.ForkRun(RequestOf(options), call));
  return FollowNewRun(client, fork, options.detach, options.watch, options.common.json, context);
}

}  // namespace

Action AddRunsFork(CLI::App& app, Context& context) {
  const auto options = std::make_shared<Options>();
  app.add_option("RUN", options->run, "Name of the run to leave")->required()->type_name("");
  app.add_option("--at", options->at, "Iterate to leave it at; without, the last")
      ->type_name("K")
      ->check(Unnamed(CLI::NonNegativeNumber));
  app.add_option("--optimizer", options->optimizer, "Another method (thalweg catalog optimizers)")
      ->type_name("NAME");
  AddRepeated(app, "--set", options->settings, "OPTION=VALUE",
              "An option of the method; may be repeated, as for minimize");
  AddRepeated(app, "--stop", options->stopping, "RULE=VALUE",
              "A stopping rule, new or with other settings; may be repeated");
  app.add_option("--seed", options->seed, "Seed of all randomness from there on")->type_name("N");
  AddPaceOption(app, options->pace);
  app.add_option("--name", options->name, "A name for people; without, that of the run")
      ->type_name("TEXT");
  AddRepeated(app, "--label", options->labels, "KEY=VALUE",
              "A label; may be repeated; without, those of the run");
  app.add_option("--request-id", options->request_id,
                 "Makes the command safe to repeat: the same id gives the same run")
      ->type_name("TEXT");
  app.add_flag("--detach", options->detach, "Print the fork's name and leave; it goes on");
  AddWatchFlags(app, options->watch);
  AddCommonOptions(app, options->common);
  app.footer(R"(
The fork is a run of its own that begins with that iterate, to the bit; the other run stays as it
is. Settings that are not given are those in force there. Exit codes and Ctrl-C as for minimize.

Examples:
  thalweg runs fork runs/1f2e --stop iterations=1e6
  thalweg runs fork runs/1f2e --at 500 --set learning_rate=0.01
  thalweg runs fork runs/1f2e --at 500 --optimizer bfgs --detach)");
  return [options, &context] { return Execute(*options, context); };
}

}  // namespace thalweg::cli
