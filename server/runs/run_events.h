#pragma once

#include "server/events/events.h"
#include "server/runs/standing.h"

namespace thalweg::runs {

/// What is told of `run` when it is over: `now` has its ending.
RunFinished FinishedEvent(const Run& run, const Standing& now);

/// Whether its owner wants to see this very run in the metrics: label metrics=on.
bool WantsSeries(const RunSpec& spec);
RunAdvanced AdvancedEvent(const Run& run, const Standing& now);

}  // namespace thalweg::runs
