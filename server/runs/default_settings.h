#pragma once

#include <vector>

#include "server/core/part.h"

namespace thalweg::runs {

/// Writes the defaults of all settings that are not given into the optimizer, its schedules and the
/// stopping rules, so that a stored run depends on no default of tomorrow. Changes no bit of the
/// descent. Parts must be valid.
void FillDefaults(Part& optimizer, std::vector<Part>& stopping);
void FillDefaults(Part& batches);  ///< Likewise; no kind: nothing.

}  // namespace thalweg::runs
