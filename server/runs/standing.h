#pragma once

#include <limits>
#include <memory>
#include <optional>
#include <vector>

#include "server/runs/run.h"

namespace thalweg::runs {

/// How a run ended. Shared by all who look: the points may be large.
struct Ending {
  std::optional<FullIterate> best;  ///< Absent where the run could not even be restored.
  std::optional<FullIterate> last;
  StopReason reason;
  bool sum_of_squares = false;  ///< Of the objective, as compiled; not kept.
};

/// The part of a Run that changes while it lives; see Run for what the members mean.
struct Standing {
  RunState state = RunState::kQueued;
  std::optional<WallTime> started;
  std::optional<WallTime> ended;
  double pace = 0;
  std::optional<int64_t> pause_at;
  double elapsed_seconds = 0;
  int64_t iterations = -1;
  Evaluations evaluations;
  double value = 0;
  double best_value = 0;
  int64_t best_iteration = 0;
  double gradient_norm = 0;
  double learning_rate = 0;
  /// Of the newest iterate; not kept: NaN until the server has made one.
  double step_norm = std::numeric_limits<double>::quiet_NaN();
  int64_t oldest_iteration = 0;
  std::shared_ptr<const EventLog> events;
  std::shared_ptr<const std::vector<Change>> changes;  ///< Null: those that the run began with.
  std::shared_ptr<const Ending> ending;                ///< Set exactly when the state is terminal.
};

Standing StandingOf(const Run& run);
/// `run` as it stands at `standing`.
Run At(Run run, const Standing& standing);

}  // namespace thalweg::runs
