#include "client/cli/watching/watch_study_and_show.h"

#include <chrono>
#include <cmath>
#include <ostream>
#include <set>
#include <utility>

#include "client/cli/output/json.h"
#include "client/cli/output/names.h"
#include "client/cli/output/number_text.h"
#include "client/cli/output/study_text.h"
#include "client/cli/progress/study_panel.h"

namespace thalweg::cli {
namespace {

using Clock = std::chrono::steady_clock;

constexpr double kUpdatesPerSecond = 5;  // of each run
constexpr std::chrono::milliseconds kBetweenFrames{100};
constexpr int64_t kMostRuns = 10'000;

/// A study on its way: a panel redrawn in place, a line for each run that is over, or JSON.
class Display {
 public:
  Display(const WatchFlags& flags, bool json, Context& context)
      : context_(context), json_(json), quiet_(flags.quiet) {}

  void Show(const v1::Study& study) {
    if (quiet_) return;
    if (!headed_ && !json_ && !context_.terminal.live) {
      context_.out << StudyHeadline(study) << "\n" << std::flush;
    }
    headed_ = true;
    titles_.clear();
    for (const v1::StudyArm& arm : study.arms()) titles_.push_back(arm.title());
    if (json_) {
      context_.out << Json()
                          .Object()
                          .Key("event")
                          .Text("study")
                          .Key("study")
                          .Text(study.name())
                          .Key("state")
                          .Text(StudyStateName(study.state()))
                          .Key("rung")
                          .Integer(study.rung())
                          .EndObject()
                          .text()
                   << "\n"
                   << std::flush;
    }
    panel_.Update(study);
    Redraw(/*now=*/true);
  }

  void Show(int64_t arm, const v1::Run& run) {
    if (quiet_) return;
    if (IsOver(run.state()) && !told_.insert(run.name()).second) return;
    panel_.Update(arm, run);
    if (json_) {
      PrintJson(arm, run);
    } else if (context_.terminal.live) {
      Redraw(/*now=*/false);
    } else if (IsOver(run.state())) {
      context_.out << "  " << TitleOf(arm) << ": " << ReasonName(run.termination().reason())
                   << " after " << CountText(run.iteration()) << " iterations, best "
                   << ShortText(run.best_value(), 8) << "\n"
                   << std::flush;
    }
  }

  void Show(int64_t arm, const std::string& run, const client::IteratesView& batch) {
    if (quiet_ || json_) return;
    panel_.Update(arm, run, batch);
    Redraw(/*now=*/false);
  }

  void Lost(const client::Error& reason) {
    if (!quiet_) context_.err << "connection lost (" << reason.message << "), trying again\n";
  }

  /// Takes the panel away: the table has all that it had.
  void Clear() {
    if (height_ > 0) context_.out << "\x1b[" << height_ << "A\r\x1b[J" << std::flush;
    height_ = 0;
  }

 private:
  std::string TitleOf(int64_t arm) const {
    const bool known = arm >= 0 && arm < static_cast<int64_t>(titles_.size());
    return known ? Printable(titles_[static_cast<size_t>(arm)]) : std::to_string(arm);
  }

  void PrintJson(int64_t arm, const v1::Run& run) {
    Json json;
    json.Object().Key("event").Text("state").Key("arm").Integer(arm);
    json.Key("run").Text(run.name()).Key("state").Text(StateName(run.state()));
    json.Key("reason").Text(ReasonName(run.termination().reason()));
    json.Key("iteration").Integer(run.iteration());
    json.Key("best_value").Number(run.best_value()).EndObject();
    context_.out << json.text() << "\n" << std::flush;
  }

  void Redraw(bool now) {
    if (json_ || quiet_ || !context_.terminal.live) return;
    if (!now && Clock::now() - drawn_ < kBetweenFrames) return;
    const Terminal::Size size = context_.terminal.size();
    const auto lines = panel_.Lines(std::max(size.columns - 1, 1), std::max(size.rows - 1, 2));
    Clear();
    for (const std::string& line : lines) context_.out << line << "\n";
    context_.out << std::flush;
    height_ = lines.size();
    drawn_ = Clock::now();
  }

  Context& context_;
  const bool json_;
  const bool quiet_;
  StudyPanel panel_;
  std::vector<std::string> titles_;
  std::set<std::string> told_;  // runs whose end was shown
  bool headed_ = false;
  size_t height_ = 0;  // lines of the last frame
  Clock::time_point drawn_;
};

}  // namespace

client::Result<v1::Study> WatchStudyAndShow(const client::Client& client, const std::string& name,
                                            const WatchFlags& flags, bool json,
                                            std::stop_token stop, Context& context) {
  Display display(flags, json, context);
  client::WatchOptions options;
  options.live = flags.live.value_or(kUpdatesPerSecond);
  options.stop = std::move(stop);
  options.give_up_after = std::chrono::milliseconds(std::llround(flags.give_up_after * 1e3));
  client::StudyHandlers handlers;
  handlers.on_study = [&](const v1::Study& study) { display.Show(study); };
  handlers.on_run = [&](int64_t arm, const v1::Run& run) { display.Show(arm, run); };
  handlers.on_iterates = [&](int64_t arm, const std::string& run,
                             const client::IteratesView& batch) { display.Show(arm, run, batch); };
  handlers.on_lost = [&](const client::Error& reason) { display.Lost(reason); };
  client::Result<v1::Study> study = client.WatchStudy(name, handlers, options);
  display.Clear();
  if (study.ok()) ShowStudy(client, *study, json, context);
  return study;
}

void ShowStudy(const client::Client& client, const v1::Study& study, bool json, Context& context) {
  RunsByName runs;
  const std::string id = study.name().substr(study.name().find('/') + 1);
  const auto listed = client.ListRuns({.label = "study=" + id, .limit = kMostRuns});
  if (listed.ok()) {
    for (const v1::Run& run : *listed) runs[run.name()] = run;
  }
  if (json) {
    Json line;
    WriteStudy(line, study, runs, /*result=*/study.has_results());
    context.out << line.text() << "\n" << std::flush;
    return;
  }
  context.out << StudyHeadline(study) << "\n"
              << StudySummary(study, runs, context.terminal) << std::flush;
}

}  // namespace thalweg::cli
