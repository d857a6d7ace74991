#include "client/cli/commands/study_run.h"

#include <chrono>
#include <ostream>
#include <stop_token>
#include <thread>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

#include "client/cli/failure.h"
#include "client/cli/output/json.h"
#include "client/cli/output/study_text.h"
#include "client/cli/watching/watch_study_and_show.h"

namespace thalweg::cli {
namespace {

int Detach(const v1::Study& study, bool json, std::ostream& out) {
  if (json) {
    out << Json().Object().Key("study").Text(study.name()).EndObject().text() << "\n";
  } else {
    out << study.name() << "\n";
  }
  return kEndedWell;
}

/// Cancels, again and again while the server cannot be reached, until `over`.
void CancelWithPatience(const client::Client& client, const std::string& name,
                        const std::stop_token& over) {
  while (!over.stop_requested()) {
    const auto cancelled =
        client.CancelStudy(name, {.timeout = std::chrono::seconds(30), .stop = over});
    if (cancelled.ok() || (cancelled.error().code != grpc::StatusCode::UNAVAILABLE &&
                           cancelled.error().code != grpc::StatusCode::DEADLINE_EXCEEDED)) {
      return;
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(200));
  }
}

}  // namespace

void AddStudyOptions(CLI::App& app, StudyOptions& options) {
  AddRunOptions(app, options.run);
  app.add_option("--repeat", options.repetitions, "Runs per arm, with seeds one after the other")
      ->type_name("N")
      ->check(Unnamed(CLI::PositiveNumber))
      ->capture_default_str();
  app.add_option("--budget", options.budget,
                 "Evaluations (values, gradients, products) of all runs together")
      ->type_name("N")
      ->check(Unnamed(CLI::PositiveNumber));
  app.add_flag("--halve", options.halve,
               "Successive halving: after each share of the budget the best go on");
  app.add_option("--eta", options.eta, "With --halve: one arm in so many goes on")
      ->type_name("N")
      ->check(Unnamed(CLI::Range(2, 1000)))
      ->capture_default_str();
  AddRepeated(app, "--target", options.targets, "VALUE",
              "A value to reach; may be repeated [default: derived from what was found]");
  app.add_option("--name", options.name, "A name for people")->type_name("TEXT");
  app.add_option("--request-id", options.request_id,
                 "Makes the command safe to repeat: the same id gives the same study")
      ->type_name("TEXT");
  app.add_flag("--detach", options.detach, "Print the study's name and leave; it goes on");
  app.add_flag("--quiet,-q", options.watch.quiet, "Print the result alone");
  app.add_option("--give-up-after", options.watch.give_up_after,
                 "How long to try to find a lost server again, in seconds")
      ->type_name("SECONDS")
      ->check(Unnamed(CLI::Range(0.0, 86400.0)))
      ->capture_default_str();
  AddCommonOptions(app, options.common);
}

v1::Study StudyOf(const StudyOptions& options) {
  if (options.halve && options.budget == 0) {
    throw Failure(kRefused, "--halve: needs a --budget to share");
  }
  v1::Study study;
  study.set_display_name(options.name);
  *study.mutable_run() = RunOf(options.run);
  study.set_repetitions(options.repetitions);
  study.set_budget(options.budget);
  if (options.halve) study.mutable_halving()->set_eta(options.eta);
  for (const std::string& text : options.targets) {
    double target = 0;
    if (!absl::SimpleAtod(text, &target)) {
      throw Failure(kRefused, absl::StrCat("--target: expected a number, not '", text, "'"));
    }
    study.add_targets(target);
  }
  return study;
}

int RunStudy(const StudyOptions& options, const v1::Study& study, Context& context) {
  const client::Client client = ConnectTo(options.common);
  // Not ended by Ctrl-C: a study that was made just then would go on without anyone knowing.
  client::CallOptions call = CallOf(options.common, context);
  call.stop = {};
  const v1::Study created = ValueOf(client.CreateStudy(study, call, options.request_id));
  if (options.detach) return Detach(created, options.common.json, context.out);

  std::stop_source over;
  context.interrupt.OnFirst([&] { CancelWithPatience(client, created.name(), over.get_token()); });
  const client::Result<v1::Study> result =
      WatchStudyAndShow(client, created.name(), options.watch, options.common.json, {}, context);
  over.request_stop();
  context.interrupt.OnFirst({});
  if (!result.ok()) {
    const Failure failure = FailureFrom(result.error());
    throw Failure(failure.code(),
                  absl::StrCat(failure.what(), "\n", created.name(),
                               " goes on; see: thalweg study watch ", created.name()));
  }
  return context.interrupt.triggered() ? int{kInterrupted} : ExitCodeOf(*result);
}

}  // namespace thalweg::cli
