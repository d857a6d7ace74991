#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "server/core/vector.h"

namespace thalweg::data {

enum class ColumnType {
  kNumber,
  kCategory,  ///< Cells are places in ColumnInfo::categories.
};

/// What the cells of a column are like; of a column without any, 0 throughout.
struct ColumnStatistics {
  int64_t missing = 0;  ///< Cells without a value.
  double least = 0;     ///< Of the cells with one, here and below.
  double greatest = 0;
  double mean = 0;
  double deviation = 0;  ///< Root of the mean squared distance from the mean.
  double median = 0;
  double lower_quartile = 0;
  double upper_quartile = 0;
  int64_t distinct = 0;         ///< Different numbers, counted up to kMostDistinct.
  std::vector<int64_t> counts;  ///< Of each category.

  friend bool operator==(const ColumnStatistics&, const ColumnStatistics&) = default;
};

inline constexpr int64_t kMostDistinct = 1000;

struct ColumnInfo {
  std::string name;
  ColumnType type = ColumnType::kNumber;
  std::vector<std::string> categories = {};  ///< Numbers among them by size, then others by bytes.
  ColumnStatistics statistics = {};

  friend bool operator==(const ColumnInfo&, const ColumnInfo&) = default;
};

/// A table that never changes: columns of doubles one after the other in memory that may be mapped
/// from a file. NaN is a cell without a value; there are no infinities. Safe for concurrent use.
class Table {
 public:
  /// `cells` holds rows * columns.size() numbers, column after column, and lives as long as
  /// `memory`.
  Table(std::vector<ColumnInfo> columns, Index rows, const double* cells,
        std::shared_ptr<const void> memory)
      : columns_(std::move(columns)), rows_(rows), cells_(cells), memory_(std::move(memory)) {}

  Index rows() const { return rows_; }
  const std::vector<ColumnInfo>& columns() const { return columns_; }
  std::span<const double> cells(size_t column) const {
    return {cells_ + static_cast<size_t>(rows_) * column, static_cast<size_t>(rows_)};
  }
  /// The place of a column; -1: there is none of that name.
  Index Find(std::string_view name) const {
    for (size_t i = 0; i < columns_.size(); ++i) {
      if (columns_[i].name == name) return static_cast<Index>(i);
    }
    return -1;
  }

 private:
  std::vector<ColumnInfo> columns_;
  Index rows_;
  const double* cells_;
  std::shared_ptr<const void> memory_;
};

/// Where tables come from.
class TableSource {
 public:
  virtual ~TableSource() = default;
  /// The table of this id. NOT_FOUND; DATA_LOSS where its bytes are not what was stored. Safe for
  /// concurrent use; those who ask for the same table share its memory.
  virtual absl::StatusOr<std::shared_ptr<const Table>> Open(const std::string& id) = 0;
  /// NOT_FOUND where `tenant` may not learn from it, as if there were none.
  virtual absl::Status MayUse(const std::string& /*tenant*/, const std::string& /*id*/) {
    return absl::OkStatus();
  }
};

}  // namespace thalweg::data
