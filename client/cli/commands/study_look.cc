// thalweg study list, show, watch.
#include <memory>
#include <ostream>
#include <string>

#include "absl/strings/str_format.h"

#include "client/cli/arguments/common_options.h"
#include "client/cli/commands/command.h"
#include "client/cli/failure.h"
#include "client/cli/output/names.h"
#include "client/cli/output/study_text.h"
#include "client/cli/progress/panel.h"
#include "client/cli/watching/watch_study_and_show.h"

namespace thalweg::cli {
namespace {

struct Options {
  CommonOptions common;
  WatchFlags watch;
  std::string study;
  int64_t limit = 20;
};

void AddName(CLI::App& app, Options& options) {
  app.add_option("STUDY", options.study, "Name of the study, studies/... or what follows the slash")
      ->required()
      ->type_name("");
}

int List(const Options& options, Context& context) {
  const auto studies = ValueOf(
      ConnectTo(options.common).ListStudies(options.limit, CallOf(options.common, context)));
  if (!options.common.json) {
    context.out << absl::StrFormat("%-26s %-10s %-32s %s\n", "STUDY", "STATE", "OBJECTIVE",
                                   "WINNER");
  }
  for (const v1::Study& study : studies) {
    if (options.common.json) {
      Json json;
      WriteStudy(json, study, {}, /*result=*/false);
      context.out << json.text() << "\n";
      continue;
    }
    const std::string what = study.display_name().empty() ? ObjectiveText(study.run().objective())
                                                          : Printable(study.display_name());
    const std::string line =
        absl::StrFormat("%-26s %-10s %-32s %s", study.name(), StudyStateName(study.state()), what,
                        Printable(study.results().winner().sentence()));
    context.out << (context.terminal.live ? Clipped(line, context.terminal.size().columns) : line)
                << "\n";
  }
  return kEndedWell;
}

int Show(const Options& options, Context& context) {
  const client::Client client = ConnectTo(options.common);
  const v1::Study study = ValueOf(client.GetStudy(options.study, CallOf(options.common, context)));
  ShowStudy(client, study, options.common.json, context);
  return kEndedWell;
}

int Watch(const Options& options, Context& context) {
  const client::Client client = ConnectTo(options.common);
  const auto study = WatchStudyAndShow(client, options.study, options.watch, options.common.json,
                                       context.interrupt.token(), context);
  if (context.interrupt.triggered()) {
    const std::string name = client::StudyName(options.study);
    context.err << name << " goes on; to end it: thalweg study cancel " << name << "\n";
    return kInterrupted;
  }
  return ExitCodeOf(ValueOf(study));
}

}  // namespace

Action AddStudyList(CLI::App& app, Context& context) {
  const auto options = std::make_shared<Options>();
  app.add_option("--limit", options->limit, "At most so many")
      ->type_name("N")
      ->check(Unnamed(CLI::PositiveNumber))
      ->capture_default_str();
  AddCommonOptions(app, options->common);
  app.footer("\nExample:\n  thalweg study list --limit 5");
  return [options, &context] { return List(*options, context); };
}

Action AddStudyShow(CLI::App& app, Context& context) {
  const auto options = std::make_shared<Options>();
  AddName(app, *options);
  AddCommonOptions(app, options->common);
  app.footer("\nExample:\n  thalweg study show studies/1f2e --json");
  return [options, &context] { return Show(*options, context); };
}

Action AddStudyWatch(CLI::App& app, Context& context) {
  const auto options = std::make_shared<Options>();
  AddName(app, *options);
  AddWatchFlags(app, options->watch);
  AddCommonOptions(app, options->common);
  app.footer("\nCtrl-C leaves; the study goes on.\n\nExample:\n  thalweg study watch studies/1f2e");
  return [options, &context] { return Watch(*options, context); };
}

}  // namespace thalweg::cli
