#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "server/runs/run_spec.h"
#include "server/studies/study.h"

namespace thalweg::studies {

/// An arm before its runs: what it is called, and what they have in common.
struct PlannedArm {
  std::string title;
  runs::RunSpec spec;
};

/// Values from `from` to `to`, both included, `count` of them: evenly spaced, or by equal ratios.
/// Errors are at "from", "to", "count".
absl::StatusOr<std::vector<double>> Spaced(double from, double to, int64_t count, bool logarithmic);

/// How many arms the axes make: at most `most_runs` runs in all. Errors are at "vary", "vary[i]"
/// and "repetitions".
absl::StatusOr<size_t> CountArms(const StudySpec& spec, int64_t most_runs);

/// One of the arms, which are made when they are needed: a run may be large. Errors are at
/// "vary[i].path".
absl::StatusOr<PlannedArm> PlanArm(const StudySpec& spec, size_t arm);

/// What run `run` of the study does: its arm's, with its start and seed, the rungs of the budget as
/// stopping rules, and labels that say where it belongs: study=ID, arm=INDEX, and start=INDEX and
/// repetition=INDEX where there are several.
runs::RunSpec SpecOfRun(const Study& study, const PlannedArm& arm, size_t run);

}  // namespace thalweg::studies
