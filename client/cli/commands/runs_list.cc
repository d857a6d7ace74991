// thalweg runs list.
#include <map>
#include <memory>
#include <ostream>
#include <string>

#include "absl/strings/str_format.h"
#include "google/protobuf/util/time_util.h"

#include "client/cli/arguments/common_options.h"
#include "client/cli/commands/command.h"
#include "client/cli/failure.h"
#include "client/cli/output/names.h"
#include "client/cli/output/number_text.h"
#include "client/cli/output/run_json.h"
#include "client/cli/progress/panel.h"

namespace thalweg::cli {
namespace {

struct Options {
  CommonOptions common;
  v1::RunState state = v1::RUN_STATE_UNSPECIFIED;
  std::string label;
  int64_t limit = 20;
};

std::map<std::string, v1::RunState> States() {
  std::map<std::string, v1::RunState> states;
  for (const v1::RunState state :
       {v1::RUN_STATE_QUEUED, v1::RUN_STATE_RUNNING, v1::RUN_STATE_PAUSED, v1::RUN_STATE_FINISHED,
        v1::RUN_STATE_CANCELLED, v1::RUN_STATE_FAILED}) {
    states[StateName(state)] = state;
  }
  return states;
}

std::string Line(const v1::Run& run) {
  const std::string what =
      run.display_name().empty() ? ObjectiveText(run.objective()) : Printable(run.display_name());
  const std::string reason = ReasonName(run.termination().reason());
  return absl::StrFormat("%-28s %-11s %14s %14s  %-16s %s", run.name(),
                         reason.empty() ? StateName(run.state()) : reason,
                         CountText(run.iteration()), ShortText(run.best_value(), 8),
                         run.optimizer().kind(), what);
}

int Execute(const Options& options, Context& context) {
  const auto runs = ValueOf(ConnectTo(options.common)
                                .ListRuns({options.state, options.label, options.limit},
                                          CallOf(options.common, context)));
  if (options.common.json) {
    for (const v1::Run& run : runs) {
      Json json;
      WriteRun(json, run);
      context.out << json.text() << "\n";
    }
    return kEndedWell;
  }
  context.out << absl::StrFormat("%-28s %-11s %14s %14s  %-16s %s\n", "RUN", "STATE", "ITERATION",
                                 "BEST", "OPTIMIZER", "OBJECTIVE");
  for (const v1::Run& run : runs) {
    const std::string line = Line(run);
    context.out << (context.terminal.live ? Clipped(line, context.terminal.size().columns) : line)
                << "\n";
  }
  return kEndedWell;
}

}  // namespace

Action AddRunsList(CLI::App& app, Context& context) {
  const auto options = std::make_shared<Options>();
  app.add_option("--state", options->state, "Only runs in this state")
      ->type_name("STATE")
      ->transform(CLI::CheckedTransformer(States(), CLI::ignore_case)
                      .description("queued, running, paused, finished, cancelled or failed"));
  app.add_option("--label", options->label, "Only runs with this label")->type_name("KEY=VALUE");
  app.add_option("--limit", options->limit, "At most so many")
      ->type_name("N")
      ->check(Unnamed(CLI::PositiveNumber))
      ->capture_default_str();
  AddCommonOptions(app, options->common);
  app.footer("\nExample:\n  thalweg runs list --state running --label team=vision");
  return [options, &context] { return Execute(*options, context); };
}

}  // namespace thalweg::cli
