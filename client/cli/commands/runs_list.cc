// thalweg runs list.
#include <memory>
#include <ostream>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"

#include "client/cli/arguments/common_options.h"
#include "client/cli/commands/command.h"
#include "client/cli/failure.h"
#include "client/cli/nearest.h"
#include "client/cli/output/names.h"
#include "client/cli/output/number_text.h"
#include "client/cli/output/run_json.h"
#include "client/cli/progress/panel.h"

namespace thalweg::cli {
namespace {

struct Options {
  CommonOptions common;
  std::string state;  // empty: all
  std::string label;
  int64_t limit = 20;
};

/// The state called `name`; a Failure that names the nearest where there is none.
v1::RunState StateOf(const std::string& name) {
  if (name.empty()) return v1::RUN_STATE_UNSPECIFIED;
  std::vector<std::string> names;
  for (int number = v1::RUN_STATE_QUEUED; v1::RunState_IsValid(number); ++number) {
    names.push_back(StateName(static_cast<v1::RunState>(number)));
    if (names.back() == name) return static_cast<v1::RunState>(number);
  }
  throw Failure(kRefused, absl::StrCat("--state: '", name, "' is none of ",
                                       absl::StrJoin(names, ", "), DidYouMean(name, names)));
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
                                .ListRuns({StateOf(options.state), options.label, options.limit},
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
  app.add_option("--state", options->state,
                 "Only runs in this state: queued, running, paused, finished, cancelled or failed")
      ->type_name("STATE");
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
