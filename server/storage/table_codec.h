#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "server/core/data/table.h"

namespace thalweg::storage {

/// What is known of the columns, as the last part of a table's file.
std::string EncodeColumns(const std::vector<data::ColumnInfo>& columns);
/// DATA_LOSS for anything else than what was written.
absl::StatusOr<std::vector<data::ColumnInfo>> DecodeColumns(std::string bytes);

}  // namespace thalweg::storage
