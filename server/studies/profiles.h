#pragma once

#include <cstdint>
#include <vector>

#include "server/studies/table.h"

namespace thalweg::studies {

/// Adds the performance profiles and data profiles to `results`, which has its targets and arms.
/// A problem is a pair of instance and target; what it costs is counted in evaluations.
void AddProfiles(const std::vector<Attempt>& attempts, int64_t variables, Results& results);

}  // namespace thalweg::studies
