#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <variant>
#include <vector>

#include "server/runs/run.h"
#include "server/runs/standing.h"
#include "server/runs/subscription.h"

namespace thalweg::runs {

/// Changes went by that are not told: what List shows from now on has them.
struct ChangesMissed {};

struct RunDeleted {
  std::string id;
};

/// One thing that happened in the list of runs. A Run was made, or has another state: it is shown
/// as it was then.
using RunListChange = std::variant<ChangesMissed, Run, RunDeleted>;

using Label = std::pair<std::string, std::string>;  ///< Key and value.

/// Which runs of the list are meant.
struct RunFilter {
  std::optional<Label> label = {};         ///< Only those with this one.
  std::optional<std::string> tenant = {};  ///< Only this one's.
};

class RunListWatcher;

/// What happened in the list of runs lately: of each run its latest change, of kMostRuns runs at
/// most. Whoever adds to it waits for nobody; it is empty while nobody reads. It outlives its
/// readers. Safe for concurrent use.
class RunListLog {
 public:
  using Labels = std::map<std::string, std::string>;
  static constexpr size_t kMostRuns = 512;

  /// `run` was made, or has another state than before: as it stands at `standing`.
  void Changed(std::shared_ptr<const Run> run, Standing standing);
  void Deleted(const std::string& id, Labels labels, std::string tenant = {});

  /// A reader of what happens from now on. `wake` is called from any thread and must not block.
  std::unique_ptr<RunListWatcher> Watch(RunFilter filter, std::function<void()> wake);

 private:
  friend class RunListWatcher;
  struct Entry {
    std::string id;
    Labels labels;
    std::string tenant;
    std::shared_ptr<const Run> run;  // null: deleted
    Standing standing;
  };
  using Entries = std::map<uint64_t, Entry>;  // by number: the first change of all has 1

  void Add(Entry entry);

  std::mutex mutex_;
  Entries entries_;
  std::unordered_map<std::string, uint64_t> number_of_;  // of a run's entry
  uint64_t last_ = 0;                                    // number given
  uint64_t forgotten_ = 0;  // the last entry that there was no room for
  size_t readers_ = 0;
  std::vector<std::shared_ptr<Subscription>> armed_;
};

/// One reader, with its own cursor. As a Watcher it pulls: it holds one change, however slowly it
/// reads. One thread at a time.
class RunListWatcher {
 public:
  RunListWatcher(RunListLog& log, RunFilter filter, std::function<void()> wake);
  /// As ~Watcher.
  ~RunListWatcher();

  /// The next change: first of all ChangesMissed, for what was before. When there is none, the
  /// wake-up call will come once, soon after there is one.
  std::optional<RunListChange> Next();

 private:
  std::optional<RunListLog::Entry> NextEntry();  // requires log_.mutex_
  bool Wanted(const RunListLog::Entry& entry) const;

  RunListLog& log_;
  const RunFilter filter_;
  const std::shared_ptr<Subscription> subscription_;
  std::optional<uint64_t> seen_;  // number of the last change looked at
};

}  // namespace thalweg::runs
