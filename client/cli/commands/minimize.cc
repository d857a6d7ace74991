// thalweg minimize, thalweg maximize: make a run and watch it.
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "client/cli/arguments/common_options.h"
#include "client/cli/arguments/objective_options.h"
#include "client/cli/arguments/run_arguments.h"
#include "client/cli/commands/command.h"
#include "client/cli/failure.h"
#include "client/cli/watching/follow_new_run.h"

namespace thalweg::cli {
namespace {

struct Options {
  CommonOptions common;
  ObjectiveOptions objective;
  WatchFlags watch;
  v1::Direction direction = v1::DIRECTION_MINIMIZE;
  std::vector<std::string> start, settings, stopping, labels;  // as written
  std::string optimizer = "gradient_descent";
  std::optional<uint64_t> seed;
  std::optional<int64_t> traced;
  std::optional<double> pace;
  std::string name, request_id;
  bool detach = false;
};

constexpr char kExamples[] = R"(
Values:
  --start x=0              a scalar             --start 'x=0.5*100'   a hundred times 0.5
  --start x=1,2,3          a vector             --start 'x=zeros(9)'  zeros; also ones(9)
  --start x=3,             a vector of one      --start 'x=-1.2,1,0*8'
  --lower x=0 --upper x=1,inf             bounds: one number for all of x, or one by one
  --set learning_rate=0.1  --set nesterov=true  --set milestones=10,20
  --set 'learning_rate=cosine(initial=0.1,final=0.001,steps=100)'
  --stop gradient_norm=1e-6  --stop 'stall(threshold=1e-9,window=50)'

Examples:
  thalweg minimize '(x-2.5)**2-1' --start x=0 --set learning_rate=0.1 --stop value_change=1e-8
  thalweg minimize --function rosenbrock --dimension 10 --optimizer adam
  thalweg minimize 'a*x**2 + y**2' --param a=100 --start x=1 --start y=1 --json
  thalweg minimize '(x-2)**2 + y**2' --start x=0 --start y=0 --constraint 'x**2 + y**2 <= 1' \
    --optimizer sqp
  thalweg minimize --function ackley --detach

Exit codes: 0 converged, stalled or a limit; 1 refused; 2 diverged, not finite, failed or cancelled
by someone else; 3 server not reached; 130 Ctrl-C (the run is cancelled and its best printed).
With --json: iterates, then events as they happen, and last {"result":true,"reason":...,"x":...}.
Numbers that are not finite are the strings "NaN", "Infinity" and "-Infinity"; what is not known is
null, such as gradient_norm of a method without gradients.)";

v1::Run RunOf(const Options& options) {
  v1::Run run;
  *run.mutable_objective() = ObjectiveOf(options.objective);
  run.mutable_objective()->set_direction(options.direction);
  if (!options.start.empty()) *run.mutable_start() = PointOf("--start", options.start);
  run.mutable_optimizer()->set_kind(options.optimizer);
  AddSettings(options.settings, *run.mutable_optimizer());
  AddRules(options.stopping, *run.mutable_stopping());
  if (options.seed) run.set_seed(*options.seed);
  if (options.traced) run.set_traced_coordinates(*options.traced);
  if (options.pace) run.set_pace(*options.pace);
  run.set_display_name(options.name);
  AddLabels(options.labels, *run.mutable_labels());
  return run;
}

int Execute(const Options& options, Context& context) {
  const client::Client client = ConnectTo(options.common);
  // Not ended by Ctrl-C: a run that was made just then would go on without anyone knowing.
  client::CallOptions call = CallOf(options.common, context);
  call.stop = {};
  const v1::Run created = ValueOf(client.CreateRun(RunOf(options), call, options.request_id));
  return FollowNewRun(client, created, options.detach, options.watch, options.common.json, context);
}

Action Add(CLI::App& app, Context& context, v1::Direction direction) {
  const auto options = std::make_shared<Options>();
  options->direction = direction;
  AddObjectiveOptions(app, options->objective);
  AddRepeated(app, "--start", options->start, "NAME=VALUE",
              "Where to begin, by variable; may be repeated (see Values)");
  app.add_option("--optimizer", options->optimizer, "Method (thalweg catalog optimizers)")
      ->type_name("NAME")
      ->capture_default_str();
  AddRepeated(app, "--set", options->settings, "OPTION=VALUE",
              "An option of the method; may be repeated (see Values)");
  AddRepeated(app, "--stop", options->stopping, "RULE=VALUE",
              "A stopping rule (thalweg catalog stopping); may be repeated, the first met ends");
  app.add_option("--seed", options->seed, "Seed of all randomness")->type_name("N");
  app.add_option("--name", options->name, "A name for people")->type_name("TEXT");
  AddRepeated(app, "--label", options->labels, "KEY=VALUE", "A label; may be repeated");
  app.add_option("--trace", options->traced, "Coordinates of x that each iterate keeps")
      ->type_name("N")
      ->check(Unnamed(CLI::NonNegativeNumber));
  AddPaceOption(app, options->pace);
  app.add_option("--request-id", options->request_id,
                 "Makes the command safe to repeat: the same id gives the same run")
      ->type_name("TEXT");
  app.add_flag("--detach", options->detach, "Print the run's name and leave; the run goes on");
  AddWatchFlags(app, options->watch);
  AddCommonOptions(app, options->common);
  app.footer(kExamples);
  return [options, &context] { return Execute(*options, context); };
}

}  // namespace

Action AddMinimize(CLI::App& app, Context& context) {
  return Add(app, context, v1::DIRECTION_MINIMIZE);
}

Action AddMaximize(CLI::App& app, Context& context) {
  return Add(app, context, v1::DIRECTION_MAXIMIZE);
}

}  // namespace thalweg::cli
