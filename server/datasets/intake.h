#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "server/datasets/dataset.h"
#include "server/datasets/table_store.h"

namespace thalweg::datasets {

/// A table that was read from an upload's bytes and has no id yet.
struct Taken {
  std::unique_ptr<TableDraft> draft;
  std::vector<data::ColumnInfo> columns;
  Index rows = 0;
  std::string sha256;  ///< ContentDigest.
};

/// What bounds the reading of an upload.
struct IntakeLimits {
  /// Whether a table of so many bytes may be made.
  std::function<absl::Status(int64_t bytes)> room;
  /// Whether anyone still waits for it; asked now and then.
  std::function<absl::Status()> check;
};

/// Reads `received` bytes as `spec` says into a draft of `store`. INVALID_ARGUMENT names row and
/// column.
absl::StatusOr<Taken> TakeIn(const UploadSpec& spec, Staging& bytes, int64_t received,
                             TableStore& store, const IntakeLimits& limits);

/// What can be said against a spec before its bytes come; fields are under it: "raw.columns".
absl::Status CheckSpec(const UploadSpec& spec);

}  // namespace thalweg::datasets
