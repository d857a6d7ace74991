#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "server/datasets/dataset.h"

namespace thalweg::datasets {

/// A dataset's record: all but its columns' categories and statistics, which are in its table.
std::string Encode(const Dataset& dataset);
/// DATA_LOSS for anything else than what was written.
absl::StatusOr<Dataset> Decode(std::string bytes);

}  // namespace thalweg::datasets
