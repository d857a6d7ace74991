#include "client/cli/watching/watch_and_show.h"

#include <chrono>
#include <cmath>
#include <memory>
#include <utility>

#include "client/cli/arguments/common_options.h"
#include "client/cli/progress/progress.h"
#include "client/cli/watching/show_model.h"

namespace thalweg::cli {
namespace {

constexpr double kFramesPerSecond = 20;
constexpr int64_t kHistoryPoints = 2000;

/// Gives `progress` the run from its start, thinned; leaves it as it is where that cannot be had.
void ShowHistory(const client::Client& client, const std::string& name, Progress& progress) {
  v1::ListIteratesRequest request;
  request.set_name(name);
  request.set_max_points(kHistoryPoints);
  request.set_page_size(kHistoryPoints);
  const auto history = client.ListIterates(request);
  if (!history.ok() || !client::IsWellFormed(history->iterates())) return;
  progress.History(client::IteratesView(history->iterates()));
}

}  // namespace

void AddWatchFlags(CLI::App& app, WatchFlags& flags) {
  app.add_option("--live", flags.live,
                 "Follow the newest iterate, N updates a second, in place of all iterates")
      ->type_name("N")
      ->check(Unnamed(CLI::Range(0.001, 1000.0)));
  app.add_option("--every", flags.every, "Print every K-th iterate, the first and the last")
      ->type_name("K")
      ->check(Unnamed(CLI::PositiveNumber));
  app.add_flag("--quiet,-q", flags.quiet, "Print the result alone");
  app.add_option("--give-up-after", flags.give_up_after,
                 "How long to try to find a lost server again, in seconds")
      ->type_name("SECONDS")
      ->check(Unnamed(CLI::Range(0.0, 86400.0)))
      ->capture_default_str();
}

client::Result<v1::Run> WatchAndShow(const client::Client& client, const std::string& name,
                                     int64_t from_iteration, const WatchFlags& flags, bool json,
                                     std::stop_token stop, Context& context) {
  const ProgressOptions shown{json, flags.quiet, flags.every};
  const std::unique_ptr<Progress> progress = MakeProgress(shown, context);

  client::WatchOptions options;
  options.from_iteration = from_iteration;
  options.live = flags.live;
  options.stop = std::move(stop);
  options.give_up_after = std::chrono::milliseconds(std::llround(flags.give_up_after * 1e3));
  // Where not every iterate is shown, most need not travel.
  if (!options.live && (ShowsPanel(shown, context) || flags.quiet)) options.live = kFramesPerSecond;

  client::WatchHandlers handlers;
  handlers.on_run = [&](const v1::Run& run) { progress->Run(run); };
  handlers.on_iterates = [&](const client::IteratesView& batch) { progress->Iterates(batch); };
  handlers.on_event = [&](const v1::RunEvent& event) { progress->Event(event); };
  bool passed_over = false;
  handlers.on_gap = [&](const v1::Gap& gap) {
    passed_over = true;
    progress->Gap(gap);
  };
  handlers.on_lost = [&](const client::Error& reason, int64_t) { progress->Lost(reason); };
  client::Result<v1::Run> run = client.Watch(name, handlers, options);
  if (passed_over && ShowsPanel(shown, context)) ShowHistory(client, name, *progress);
  // Programs find the result in the last line, people what comes of it below.
  if (run.ok() && json) ShowModel(client, *run, json, context);
  if (run.ok()) progress->Finished(*run);
  if (run.ok() && !json) ShowModel(client, *run, json, context);
  return run;
}

}  // namespace thalweg::cli
