// thalweg runs show.
#include <map>
#include <memory>
#include <ostream>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "google/protobuf/util/time_util.h"

#include "client/cli/arguments/common_options.h"
#include "client/cli/arguments/setting_text.h"
#include "client/cli/commands/command.h"
#include "client/cli/failure.h"
#include "client/cli/output/names.h"
#include "client/cli/output/number_text.h"
#include "client/cli/output/run_json.h"
#include "client/cli/output/summary.h"

namespace thalweg::cli {
namespace {

struct Options {
  CommonOptions common;
  std::string run;
};

void PrintField(std::ostream& out, const std::string& name, const std::string& value) {
  if (!value.empty()) out << absl::StrFormat("  %-13s %s\n", name, value);
}

void PrintEvents(std::ostream& out, const v1::Run& run) {
  int64_t at = 0;
  for (const v1::RunEvent& event : run.events()) {
    if (++at == run.events_size() / 2 + 1 && run.event_count() > run.events_size()) {
      PrintField(out, "...", absl::StrCat(run.event_count() - run.events_size(), " more"));
    }
    PrintField(out, absl::StrCat("at ", CountText(event.iteration())), EventText(event));
  }
}

void Print(const v1::Run& run, Context& context) {
  std::ostream& out = context.out;
  out << Headline(run) << "\n";
  const bool full = run.wait_reason() == v1::WAIT_REASON_STORAGE_FULL;
  PrintField(out, "state",
             StateName(run.state()) + (full ? ", but waits: the server's disk is full" : ""));
  PrintField(out, "optimizer", OptimizerText(run));
  PrintField(out, "stops at",
             absl::StrJoin(run.stopping(), ", ", [](std::string* text, const v1::Part& rule) {
               absl::StrAppend(text, PartText(rule));
             }));
  const std::map<std::string, std::string> labels(run.labels().begin(), run.labels().end());
  PrintField(out, "labels", Printable(absl::StrJoin(labels, ", ", absl::PairFormatter("="))));
  if (!run.parent().empty()) {
    PrintField(out, "forked from",
               absl::StrCat(run.parent(), " at iteration ", CountText(run.fork_iteration())));
  }
  PrintField(out, "seed", absl::StrCat(run.seed()));
  if (run.pace() > 0) PrintField(out, "pace", absl::StrCat(run.pace(), " iterations a second"));
  PrintField(out, "created", google::protobuf::util::TimeUtil::ToString(run.create_time()));
  PrintEvents(out, run);
  if (IsOver(run.state())) {
    out << Summary(run, context.terminal);
    return;
  }
  PrintField(out, "iteration", CountText(run.iteration()));
  PrintField(out, "value", NumberText(run.value()));
  PrintField(out, "best",
             absl::StrCat(NumberText(run.best_value()), " at iteration ",
                          CountText(run.best_iteration())));
  PrintField(out, "|gradient|", KnownText(run.gradient_norm()));
  PrintField(out, "learning rate", ShortText(run.learning_rate()));
  PrintField(out, "evaluations",
             absl::StrCat(CountText(run.value_evaluations()), " values, ",
                          CountText(run.gradient_evaluations()), " gradients"));
  PrintField(out, "elapsed", absl::StrCat(ShortText(run.elapsed_seconds(), 3), " s"));
}

int Execute(const Options& options, Context& context) {
  const v1::Run run =
      ValueOf(ConnectTo(options.common).GetRun(options.run, CallOf(options.common, context)));
  if (options.common.json) {
    Json json;
    WriteRun(json, run);
    context.out << json.text() << "\n";
  } else {
    Print(run, context);
  }
  return kEndedWell;
}

}  // namespace

Action AddRunsShow(CLI::App& app, Context& context) {
  const auto options = std::make_shared<Options>();
  app.add_option("RUN", options->run, "Name of the run")->required()->type_name("");
  AddCommonOptions(app, options->common);
  app.footer("\nExample:\n  thalweg runs show runs/1f2e --json");
  return [options, &context] { return Execute(*options, context); };
}

}  // namespace thalweg::cli
