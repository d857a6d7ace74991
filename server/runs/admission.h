#pragma once

#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "server/core/descent.h"
#include "server/core/expression/limits.h"
#include "server/core/models/model_spec.h"
#include "server/events/events.h"
#include "server/runs/run_spec.h"

namespace thalweg::runs {

/// A request that was found good.
struct Admitted {
  RunSpec spec;                      ///< With everything filled in.
  std::vector<Variable> variables;   ///< Of the compiled objective.
  std::unique_ptr<Descent> descent;  ///< Begun: the start is evaluated.
};

/// Checks all of `spec`, saying everything that is wrong at once, and fills in what it leaves open:
/// start, safeguards, default settings, seed. Errors have field paths under the run:
/// "objective.expression", "start.x", "optimizer.settings[learning_rate]".
/// Tells `events` of the compilation. `maker` is as for expression::MakeObjective.
absl::StatusOr<Admitted> Admit(RunSpec spec, const expression::Limits& limits,
                               expression::CodeMaker* maker, const models::Means& means,
                               EventSink& events);

/// The descent of a spec that was admitted before, whatever the limits are now; to be begun, or
/// restored.
absl::StatusOr<std::unique_ptr<Descent>> BuildDescent(const RunSpec& spec,
                                                      expression::CodeMaker* maker,
                                                      const models::Means& means);

}  // namespace thalweg::runs
