#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "server/core/data/table.h"

namespace thalweg::datasets {

/// A table that is being made; forgotten when destroyed without Keep. For one thread.
class TableDraft {
 public:
  virtual ~TableDraft() = default;
  /// Room for rows * columns numbers, column after column; at first 0.
  virtual double* cells() = 0;
  /// Makes it a table of the store, in place of one of that id. Durable on return. Gives the bytes
  /// that it takes.
  virtual absl::StatusOr<int64_t> Keep(const std::string& id,
                                       const std::vector<data::ColumnInfo>& columns) = 0;
};

/// Bytes on their way to become a table; forgotten when destroyed. For one thread at a time.
class Staging {
 public:
  virtual ~Staging() = default;
  virtual absl::Status Write(int64_t offset, std::string_view bytes) = 0;
  /// Fills `to` as far as there are bytes; says how many.
  virtual absl::StatusOr<size_t> Read(int64_t offset, std::span<char> to) = 0;
};

/// Where the bytes of tables are kept. Safe for concurrent use. Statuses: RESOURCE_EXHAUSTED where
/// there is no room. Ids are made by the server: letters and digits.
class TableStore {
 public:
  virtual ~TableStore() = default;
  virtual absl::StatusOr<std::unique_ptr<TableDraft>> Draft(Index rows, size_t columns) = 0;
  virtual absl::StatusOr<std::unique_ptr<Staging>> Stage() = 0;
  /// All of its bytes are compared with their checksums. NOT_FOUND; DATA_LOSS. What was opened
  /// stays as it is, whatever becomes of the store.
  virtual absl::StatusOr<std::shared_ptr<const data::Table>> Open(const std::string& id) = 0;
  virtual absl::StatusOr<std::vector<std::string>> Ids() = 0;
  /// No error where there is none of that id.
  virtual absl::Status Remove(const std::string& id) = 0;
};

}  // namespace thalweg::datasets
