#include "server/runs/run_watcher.h"

#include <algorithm>
#include <chrono>
#include <utility>

namespace thalweg::runs {

std::optional<Gap> HolesIn(const IterateBlock& rows, int64_t next) {
  const int64_t span = rows.last() - next + 1;
  if (span == static_cast<int64_t>(rows.rows())) return std::nullopt;
  Gap gap{next, next, "thinned"};
  for (size_t row = 0; rows.iteration[row] == gap.from; ++row) ++gap.from;
  for (size_t row = rows.rows(); row-- > 0;) {
    const int64_t before = row == 0 ? next - 1 : rows.iteration[row - 1];
    gap.to = rows.iteration[row] - 1;
    if (before != gap.to) break;
  }
  return gap;
}

RunWatcher::RunWatcher(std::shared_ptr<Trace> trace, RunStore& store, const WatchOptions& options,
                       std::function<void()> wake)
    : trace_(std::move(trace)),
      options_(options),
      reader_(trace_, store),
      subscription_(std::make_shared<Subscription>(std::move(wake))),
      next_(std::max(options.from_iteration, trace_->run().spec.first_iteration)) {}

RunWatcher::~RunWatcher() {
  trace_->Disarm(subscription_);
  subscription_->Close();
}

absl::StatusOr<WatchStep> RunWatcher::Next(SteadyTime now) {
  while (!over_) {
    const Trace::View view = trace_->Shown();
    const bool terminal = IsTerminal(view.standing.state);
    if (!greeted_ || (view.changes != seen_changes_ && !terminal)) {
      return WatchStep{RunUpdate(view, /*last=*/false), std::nullopt};
    }
    absl::StatusOr<WatchStep> step =
        options_.mode == WatchMode::kAll ? Rows(view, now) : LiveRows(view, now);
    if (!step.ok() || step->update || step->not_before) return step;
    if (terminal) {
      over_ = true;
      return WatchStep{RunUpdate(view, /*last=*/true), std::nullopt};
    }
    if (trace_->Arm(subscription_, next_, seen_changes_)) break;
  }
  return WatchStep{};
}

WatchUpdate RunWatcher::RunUpdate(const Trace::View& view, bool last) {
  greeted_ = true;
  seen_changes_ = view.changes;
  return {At(trace_->run(), view.standing), next_, last};
}

absl::StatusOr<WatchStep> RunWatcher::Rows(const Trace::View& view, SteadyTime now) {
  if (held_) return WatchStep{Send(view, now, std::exchange(held_, nullptr)), std::nullopt};
  const int64_t newest = view.standing.iterations;
  if (next_ > newest) return WatchStep{};
  absl::StatusOr<Trace::Block> rows = reader_.Read(next_, newest, options_.max_block_bytes);
  if (!rows.ok()) return rows.status();
  if (*rows == nullptr) return WatchStep{};
  if (std::optional<Gap> gap = HolesIn(**rows, next_)) {
    held_ = *std::move(rows);
    return WatchStep{GapUpdate(*std::move(gap)), std::nullopt};
  }
  return WatchStep{Send(view, now, *std::move(rows)), std::nullopt};
}

absl::StatusOr<WatchStep> RunWatcher::LiveRows(const Trace::View& view, SteadyTime now) {
  if (held_) return WatchStep{Send(view, now, std::exchange(held_, nullptr)), std::nullopt};
  const int64_t newest = view.standing.iterations;
  if (next_ > newest) return WatchStep{};
  if (paced_from_ && !IsTerminal(view.standing.state)) {
    const auto period = std::chrono::duration_cast<SteadyTime::duration>(
        std::chrono::duration<double>(1 / options_.max_updates_per_second));
    const SteadyTime due = *paced_from_ + period;
    if (now < due) return WatchStep{std::nullopt, due};
  }
  // The first one that was asked for, then always the newest.
  const int64_t wanted = paced_from_ ? newest : next_;
  absl::StatusOr<Trace::Block> rows = reader_.Read(wanted, newest, /*max_bytes=*/1);
  if (!rows.ok()) return rows.status();
  if (*rows == nullptr) return WatchStep{};
  const int64_t found = (*rows)->first();
  if (found == next_) return WatchStep{Send(view, now, *std::move(rows)), std::nullopt};
  held_ = *std::move(rows);
  return WatchStep{GapUpdate({next_, found - 1, paced_from_ ? "live" : "thinned"}), std::nullopt};
}

// The iterates that follow are held already: from them on a new watcher would go on.
WatchUpdate RunWatcher::GapUpdate(Gap gap) { return {std::move(gap), next_, /*last=*/false}; }

WatchUpdate RunWatcher::Send(const Trace::View& view, SteadyTime now, Trace::Block rows) {
  WatchUpdate update;
  const int64_t first = std::exchange(next_, rows->last() + 1);
  if (view.standing.events) {
    for (const RunEvent& event : view.standing.events->kept()) {
      if (event.iteration >= first && event.iteration < next_) update.events.push_back(event);
    }
  }
  paced_from_ = now;
  update.what = std::move(rows);
  update.next_iteration = next_;
  return update;
}

}  // namespace thalweg::runs
