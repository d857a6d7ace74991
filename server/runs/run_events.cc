#include "server/runs/run_events.h"

#include <limits>
#include <string>

namespace thalweg::runs {
namespace {

std::string_view KindOf(const ObjectiveSpec& objective, bool sum_of_squares) {
  if (!objective.constraints.empty()) return "constrained";
  if (!objective.function.empty()) return "function";
  if (objective.model) return "model";
  return sum_of_squares ? "least_squares" : "formula";
}

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

}  // namespace

RunFinished FinishedEvent(const Run& run, const Standing& now) {
  const bool begun = now.iterations >= 0;
  return {.run = run.id,
          .optimizer = run.spec.optimizer.kind,
          .outcome = std::string(TerminationName(now.ending->reason.termination)),
          .criterion = now.ending->reason.criterion,
          .iterations = now.iterations,
          .duration = Seconds(now.elapsed_seconds),
          .objective = KindOf(run.spec.objective, now.ending->sum_of_squares),
          .evaluations = now.evaluations.all(),
          .gradient_norm = begun ? now.gradient_norm : kNone};
}

bool WantsSeries(const RunSpec& spec) {
  const auto label = spec.labels.find("metrics");
  return label != spec.labels.end() && label->second == "on";
}

RunAdvanced AdvancedEvent(const Run& run, const Standing& now) {
  const bool begun = now.iterations >= 0;
  return {.run = run.id,
          .iteration = now.iterations,
          .value = begun ? now.value : kNone,
          .best_value = begun ? now.best_value : kNone,
          .gradient_norm = begun ? now.gradient_norm : kNone,
          .step_norm = now.step_norm,
          .learning_rate = begun ? now.learning_rate : kNone};
}

}  // namespace thalweg::runs
