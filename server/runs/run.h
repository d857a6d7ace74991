#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "server/core/iterate.h"
#include "server/core/layout.h"
#include "server/core/stop_reason.h"
#include "server/runs/event_log.h"
#include "server/runs/run_spec.h"

namespace thalweg::runs {

/// Wall-clock time, for people; nothing is ordered or measured by it.
using WallTime = std::chrono::system_clock::time_point;

enum class RunState {
  kQueued,     ///< Accepted and durable; no worker has taken it yet.
  kRunning,    ///< Being stepped, or waiting for its next slice.
  kPaused,     ///< Keeps its place until resumed or cancelled.
  kFinished,   ///< Over, with a StopReason (of whatever kind but the two below).
  kCancelled,  ///< Over because someone asked; the best so far is kept.
  kFailed,     ///< Over because it could not go on.
};

constexpr bool IsTerminal(RunState state) { return state >= RunState::kFinished; }
std::string_view RunStateName(RunState state);  ///< "queued", "running" ...

/// One iterate in full, in the caller's sign.
struct FullIterate {
  int64_t iteration = 0;
  double value = 0;
  double gradient_norm = 0;
  NamedValues x;
};

/// A run as it is now: a value, copied out under lock.
struct Run {
  std::string id;  ///< [a-z0-9-]{1,63}; the resource name is "runs/{id}".
  RunSpec spec;
  std::string parent;  ///< The run that it was forked from, at spec.first_iteration; empty: none.
  std::vector<Variable> variables;  ///< Of the compiled objective, in order.
  RunState state = RunState::kQueued;
  WallTime created;
  std::optional<WallTime> started;
  std::optional<WallTime> ended;
  double elapsed_seconds = 0;  ///< Spent stepping.
  /// Where a run that was resumed for some iterates pauses again.
  std::optional<int64_t> pause_at;
  bool waits_for_storage = false;  ///< It would be stepped, were the disk not full.

  int64_t iterations = -1;  ///< Last durable iteration; -1 before the start is.
  Evaluations evaluations;
  double value = 0;  ///< At the last durable iterate.
  double best_value = 0;
  int64_t best_iteration = 0;
  double gradient_norm = 0;  ///< At the last durable iterate.
  double learning_rate = 0;
  int64_t oldest_iteration = 0;            ///< The oldest that is retained in full resolution.
  std::shared_ptr<const EventLog> events;  ///< Null: nothing happened.

  std::optional<FullIterate> best;        ///< Set once the run is over.
  std::optional<FullIterate> last;        ///< Set once the run is over.
  std::optional<StopReason> stop_reason;  ///< Set once the run is over.
};

}  // namespace thalweg::runs
