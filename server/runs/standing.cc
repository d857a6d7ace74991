#include "server/runs/standing.h"

#include <utility>

namespace thalweg::runs {

Standing StandingOf(const Run& run) {
  Standing standing;
  standing.state = run.state;
  standing.started = run.started;
  standing.ended = run.ended;
  standing.pace = run.spec.pace;
  standing.pause_at = run.pause_at;
  standing.elapsed_seconds = run.elapsed_seconds;
  standing.iterations = run.iterations;
  standing.evaluations = run.evaluations;
  standing.value = run.value;
  standing.best_value = run.best_value;
  standing.best_iteration = run.best_iteration;
  standing.gradient_norm = run.gradient_norm;
  standing.learning_rate = run.learning_rate;
  standing.oldest_iteration = run.oldest_iteration;
  standing.events = run.events;
  if (run.stop_reason) {
    standing.ending = std::make_shared<Ending>(Ending{run.best, run.last, *run.stop_reason});
  }
  return standing;
}

Run At(Run run, const Standing& standing) {
  run.state = standing.state;
  run.started = standing.started;
  run.ended = standing.ended;
  run.spec.pace = standing.pace;
  run.pause_at = standing.pause_at;
  run.elapsed_seconds = standing.elapsed_seconds;
  run.iterations = standing.iterations;
  run.evaluations = standing.evaluations;
  run.value = standing.value;
  run.best_value = standing.best_value;
  run.best_iteration = standing.best_iteration;
  run.gradient_norm = standing.gradient_norm;
  run.learning_rate = standing.learning_rate;
  run.oldest_iteration = standing.oldest_iteration;
  run.events = standing.events;
  if (standing.changes) run.spec.changes = *standing.changes;
  if (standing.ending) {
    run.best = standing.ending->best;
    run.last = standing.ending->last;
    run.stop_reason = standing.ending->reason;
  }
  return run;
}

}  // namespace thalweg::runs
