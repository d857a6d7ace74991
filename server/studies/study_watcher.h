#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "absl/status/statusor.h"
#include "server/runs/run_book.h"
#include "server/studies/live_study.h"

namespace thalweg::studies {

struct StudyWatchOptions {
  /// For every run; its from_iteration is not used. In live mode the pace is each run's own.
  runs::WatchOptions runs;
  std::map<std::string, int64_t> from;  ///< The first iteration wanted, by the run's id; else 0.
};

/// Something of one of the runs.
struct RunNews {
  size_t run = 0;  ///< Its place in Study::runs.
  std::string id;  ///< Its own: the Study given last may be older than the run.
  runs::WatchUpdate update;
};

/// One thing to send. A Study is a snapshot: the first update, then one per change; the one that is
/// over comes last of all, after the last update of each run.
struct StudyUpdate {
  std::variant<std::shared_ptr<const Study>, RunNews> what;
  bool last = false;
};

struct StudyStep {
  std::optional<StudyUpdate> update;
  std::optional<runs::SteadyTime> not_before;  ///< As WatchStep's.
};

/// Reads a study and all its runs, each in order, those with news in turn. As runs::Watcher it
/// pulls, and its memory is one update and a cursor per run. One thread at a time.
class StudyWatcher {
 public:
  /// `wake` is called from any thread and must not block.
  StudyWatcher(runs::RunBook& book, std::shared_ptr<LiveStudy> live,
               const StudyWatchOptions& options, std::function<void()> wake);
  /// As ~Watcher.
  ~StudyWatcher();

  /// The next update; when there is none, `wake` will be called.
  absl::StatusOr<StudyStep> Next(runs::SteadyTime now);

 private:
  struct Member {
    std::string id;
    std::unique_ptr<runs::Watcher> watcher;
    bool opened = false;
    std::optional<runs::SteadyTime> not_before;
  };
  /// Runs with news; shared with wake-up calls.
  struct News {
    std::mutex mutex;
    std::deque<size_t> runs;
  };

  absl::Status OpenNew(const Study& study);
  absl::Status Open(const std::string& id, size_t run);
  absl::StatusOr<std::optional<StudyUpdate>> NextOfRuns(runs::SteadyTime now);
  void AskThoseInTime(runs::SteadyTime now);
  std::optional<size_t> TakeOne();
  void Ask(size_t run);
  bool AllRead() const;
  std::optional<runs::SteadyTime> Soonest() const;

  runs::RunBook& book_;
  const std::shared_ptr<LiveStudy> live_;
  const StudyWatchOptions options_;
  const std::function<void()> wake_;
  const std::shared_ptr<News> news_ = std::make_shared<News>();
  const std::shared_ptr<runs::Subscription> subscription_;
  std::vector<Member> members_;  // by run
  std::optional<uint64_t> seen_changes_;
  bool over_ = false;
};

}  // namespace thalweg::studies
