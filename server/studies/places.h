#pragma once

#include <string>

#include "absl/status/status.h"
#include "server/runs/run_spec.h"
#include "server/studies/study.h"

namespace thalweg::studies {

// Places in a run that an axis may vary, spelt as in errors:
//
//   optimizer                                          a part, or its kind alone
//   optimizer.settings[learning_rate]                  any setting: number, flag, text, part ...
//   optimizer.settings[learning_rate].part.settings[final]
//   optimizer.settings[schedules].parts[1]             one of a list of parts
//   stopping[0], stopping[0].settings[threshold]
//   start                                              a point
//   start.values[x]                                    one variable: a number or numbers
//   seed, objective.dimension                          a whole number
//   objective.parameters[a]                            a number or numbers
//   batches, batches.settings[size]
//   objective.model.model, .loss, .penalty             parts, with .settings[NAME]
//   objective.model.scaling                            none, standard, min_max, robust
//   objective.model.split.fold, .seed, .validation     numbers

/// Puts `value` in its place. INVALID_ARGUMENT, without a field, says why it cannot be there.
absl::Status Put(const std::string& path, const AxisValue& value, runs::RunSpec& spec);

/// What people call the place: "learning_rate", "start", "x".
std::string NameOf(const std::string& path);

}  // namespace thalweg::studies
