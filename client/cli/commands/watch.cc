// thalweg watch: follow a run that exists.
#include <memory>
#include <ostream>
#include <string>

#include "client/cli/arguments/common_options.h"
#include "client/cli/commands/command.h"
#include "client/cli/failure.h"
#include "client/cli/output/summary.h"
#include "client/cli/watching/watch_and_show.h"

namespace thalweg::cli {
namespace {

struct Options {
  CommonOptions common;
  WatchFlags watch;
  std::string run;
  int64_t from = 0;
};

int Execute(const Options& options, Context& context) {
  const client::Client client = ConnectTo(options.common);
  const client::Result<v1::Run> result =
      WatchAndShow(client, options.run, options.from, options.watch, options.common.json,
                   context.interrupt.token(), context);
  if (context.interrupt.triggered()) {
    context.err << client::RunName(options.run) << " goes on; to end it: thalweg runs cancel "
                << client::RunName(options.run) << "\n";
    return kInterrupted;
  }
  return ExitCodeOf(ValueOf(result));
}

}  // namespace

Action AddWatch(CLI::App& app, Context& context) {
  const auto options = std::make_shared<Options>();
  app.add_option("RUN", options->run, "Name of the run, runs/... or what follows the slash")
      ->required()
      ->type_name("");
  app.add_option("--from", options->from, "First iteration wanted")
      ->type_name("K")
      ->check(Unnamed(CLI::NonNegativeNumber));
  AddWatchFlags(app, options->watch);
  AddCommonOptions(app, options->common);
  app.footer(R"(
Ctrl-C leaves; the run goes on. Exit codes as for minimize.

Examples:
  thalweg watch runs/1f2e
  thalweg watch 1f2e --from 1000 --json)");
  return [options, &context] { return Execute(*options, context); };
}

}  // namespace thalweg::cli
