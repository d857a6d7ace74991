#pragma once

#include <sqlite3.h>

#include <string>

#include "absl/status/statusor.h"

namespace thalweg::storage {

/// Marks the database as ours: "THLW".
inline constexpr int kApplicationId = 0x54484C57;

/// Opens (or makes) the database at `path` with the settings that durability and speed need, and
/// brings its schema up to this server's version. A newer schema is refused with
/// FAILED_PRECONDITION, a damaged file with DATA_LOSS.
absl::StatusOr<sqlite3*> OpenDatabase(const std::string& path);

}  // namespace thalweg::storage
