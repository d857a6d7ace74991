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
  bool follow = false;
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
  std::string reason = ReasonName(run.termination().reason());
  if (run.wait_reason() == v1::WAIT_REASON_STORAGE_FULL) reason = "disk full";
  return absl::StrFormat("%-28s %-11s %14s %14s  %-16s %s", run.name(),
                         reason.empty() ? StateName(run.state()) : reason,
                         CountText(run.iteration()), ShortText(run.best_value(), 8),
                         run.optimizer().kind(), what);
}

/// Prints runs one a line, on a terminal no longer than it is wide.
class Table {
 public:
  Table(bool json, Context& context) : json_(json), context_(context) {}

  void Head() {
    if (json_) return;
    context_.out << absl::StrFormat("%-28s %-11s %14s %14s  %-16s %s\n", "RUN", "STATE",
                                    "ITERATION", "BEST", "OPTIMIZER", "OBJECTIVE");
  }
  void Show(const v1::Run& run) {
    if (json_) {
      Json json;
      WriteRun(json, run);
      return Print(json.text());
    }
    const std::string line = Line(run);
    Print(context_.terminal.live ? Clipped(line, context_.terminal.size().columns) : line);
  }
  void ShowDeleted(const std::string& name) {
    if (!json_) return Print(absl::StrFormat("%-28s %s", name, "deleted"));
    Json json;
    json.Object().Key("name").Text(name).Key("state").Text("deleted").EndObject();
    Print(json.text());
  }

 private:
  void Print(const std::string& line) { context_.out << line << "\n" << std::flush; }

  const bool json_;
  Context& context_;
};

void ShowAll(const client::Client& client, const Options& options, Table& table, Context& context) {
  const auto runs = ValueOf(client.ListRuns({StateOf(options.state), options.label, options.limit},
                                            CallOf(options.common, context)));
  table.Head();
  for (const v1::Run& run : runs) table.Show(run);
}

/// Prints the list, and each run that is made or comes into another state from then on.
int Follow(const client::Client& client, const Options& options, Table& table, Context& context) {
  const v1::RunState state = StateOf(options.state);
  v1::WatchRequest request;
  v1::Subscription& list = *request.add_subscriptions();
  list.set_id("list");
  list.mutable_runs()->set_label(options.label);
  client::ManyHandlers handlers;
  handlers.on_update = [&](const v1::WatchUpdate& update) {
    const v1::RunListChange& change = update.runs();
    if (change.missed()) return ShowAll(client, options, table, context);
    if (!change.deleted().empty()) return table.ShowDeleted(change.deleted());
    if (update.has_end()) throw Failure(kEndedBadly, update.end().message());
    if (!change.has_run()) return;
    if (state == v1::RUN_STATE_UNSPECIFIED || change.run().state() == state) {
      table.Show(change.run());
    }
  };
  handlers.on_lost = [&context](const client::Error& reason) {
    context.err << "connection lost (" << reason.message << "), trying again\n";
  };
  client::WatchOptions watch;
  watch.stop = context.interrupt.token();
  const auto error = client.WatchMany(request, handlers, watch);
  if (context.interrupt.triggered()) return kInterrupted;
  if (error) throw FailureFrom(*error);
  return kEndedWell;
}

int Execute(const Options& options, Context& context) {
  const client::Client client = ConnectTo(options.common);
  Table table(options.common.json, context);
  if (options.follow) return Follow(client, options, table, context);
  ShowAll(client, options, table, context);
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
  app.add_flag("--follow", options->follow,
               "Go on with every run that is made, comes into another state or is deleted");
  AddCommonOptions(app, options->common);
  app.footer(R"(
--follow ends with Ctrl-C.

Examples:
  thalweg runs list --state running --label team=vision
  thalweg runs list --follow)");
  return [options, &context] { return Execute(*options, context); };
}

}  // namespace thalweg::cli
