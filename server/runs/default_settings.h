#pragma once

#include "server/runs/run_spec.h"

namespace thalweg::runs {

/// Writes the defaults of all settings that are not given into the optimizer, its schedules and the
/// stopping rules, so that a stored run depends on no default of tomorrow. Changes no bit of the
/// descent. Parts must be valid.
void FillDefaults(RunSpec& spec);

}  // namespace thalweg::runs
