#pragma once

#include <sqlite3.h>

#include <string>

#include "absl/status/statusor.h"

namespace thalweg::storage {

/// Opens (or makes) the database at `path` with the settings that durability and speed need, and
/// brings its schema up to this server's version. A newer schema is refused with
/// FAILED_PRECONDITION, a damaged file with DATA_LOSS.
absl::StatusOr<sqlite3*> OpenDatabase(const std::string& path);

}  // namespace thalweg::storage
