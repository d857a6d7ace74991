#pragma once

#include <functional>
#include <memory>
#include <optional>

#include "absl/status/statusor.h"
#include "server/runs/trace.h"
#include "server/runs/trace_reader.h"
#include "server/runs/watcher.h"

namespace thalweg::runs {

/// The one kind of Watcher: a cursor in a trace.
class RunWatcher : public Watcher {
 public:
  RunWatcher(std::shared_ptr<Trace> trace, RunStore& store, const WatchOptions& options,
             std::function<void()> wake);
  /// The wake-up call is over when this returns; so it must not be made from within that call.
  ~RunWatcher() override;

  absl::StatusOr<WatchStep> Next(SteadyTime now) override;

 private:
  WatchUpdate RunUpdate(const Trace::View& view, bool last);
  absl::StatusOr<WatchStep> Rows(const Trace::View& view, SteadyTime now);
  absl::StatusOr<WatchStep> LiveRows(const Trace::View& view, SteadyTime now);
  WatchUpdate GapUpdate(Gap gap);
  WatchUpdate Send(const Trace::View& view, SteadyTime now, Trace::Block rows);

  const std::shared_ptr<Trace> trace_;
  const WatchOptions options_;
  TraceReader reader_;
  const std::shared_ptr<Subscription> subscription_;

  int64_t next_;                          // the next iteration wanted
  bool greeted_ = false;                  // the first snapshot was given
  uint64_t seen_changes_ = 0;             // of state, given so far
  bool over_ = false;                     // the last update was given
  Trace::Block held_;                     // follows the gap that was just given
  std::optional<SteadyTime> paced_from_;  // live: when the last iterate was given
};

/// Where `rows`, wanted from `next` on, has holes: from the first to the last iteration missing.
std::optional<Gap> HolesIn(const IterateBlock& rows, int64_t next);

}  // namespace thalweg::runs
