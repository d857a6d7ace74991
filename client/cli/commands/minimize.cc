// thalweg minimize, thalweg maximize: make a run and watch it.
#include <chrono>
#include <memory>
#include <ostream>
#include <stop_token>
#include <string>
#include <thread>

#include "absl/strings/str_cat.h"

#include "client/cli/arguments/common_options.h"
#include "client/cli/arguments/run_options.h"
#include "client/cli/commands/command.h"
#include "client/cli/failure.h"
#include "client/cli/output/json.h"
#include "client/cli/output/summary.h"
#include "client/cli/watching/watch_and_show.h"

namespace thalweg::cli {
namespace {

struct Options {
  CommonOptions common;
  RunOptions run;
  WatchFlags watch;
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
Numbers that are not finite are the strings "NaN", "Infinity" and "-Infinity".)";

int Detach(const v1::Run& run, bool json, std::ostream& out) {
  if (json) {
    out << Json().Object().Key("run").Text(run.name()).EndObject().text() << "\n";
  } else {
    out << run.name() << "\n";
  }
  return kEndedWell;
}

/// Cancels a run, again and again while the server cannot be reached, until `over`: a Ctrl-C that
/// comes while the connection is lost must not be forgotten.
void CancelWithPatience(const client::Client& client, const std::string& name,
                        const std::stop_token& over) {
  while (!over.stop_requested()) {
    const auto cancelled =
        client.CancelRun(name, {.timeout = std::chrono::seconds(5), .stop = over});
    if (cancelled.ok() || (cancelled.error().code != grpc::StatusCode::UNAVAILABLE &&
                           cancelled.error().code != grpc::StatusCode::DEADLINE_EXCEEDED)) {
      return;
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(200));
  }
}

int Execute(const Options& options, Context& context) {
  const client::Client client = ConnectTo(options.common);
  // Not ended by Ctrl-C: a run that was made just then would go on without anyone knowing.
  client::CallOptions call = CallOf(options.common, context);
  call.stop = {};
  v1::Run wanted = RunOf(options.run);
  wanted.set_display_name(options.name);
  const v1::Run created = ValueOf(client.CreateRun(wanted, call, options.request_id));
  if (options.detach) return Detach(created, options.common.json, context.out);

  // The watch goes on after Ctrl-C, until the cancelled run's last word.
  std::stop_source over;
  context.interrupt.OnFirst([&] { CancelWithPatience(client, created.name(), over.get_token()); });
  client::Result<v1::Run> result =
      WatchAndShow(client, created.name(), 0, options.watch, options.common.json, {}, context);
  over.request_stop();
  context.interrupt.OnFirst({});

  if (!result.ok()) {
    const Failure failure = FailureFrom(result.error());
    throw Failure(failure.code(), absl::StrCat(failure.what(), "\n", created.name(),
                                               " goes on; see: thalweg watch ", created.name()));
  }
  if (context.interrupt.triggered()) return kInterrupted;
  return ExitCodeOf(*result);
}

Action Add(CLI::App& app, Context& context, v1::Direction direction) {
  const auto options = std::make_shared<Options>();
  options->run.direction = direction;
  AddRunOptions(app, options->run);
  AddOptimizerOption(app, options->run);
  app.add_option("--name", options->name, "A name for people")->type_name("TEXT");
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
