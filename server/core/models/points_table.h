#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "server/core/data/table.h"
#include "server/core/models/design.h"

namespace thalweg::models {

/// Points of the feature space as a table: some columns vary, the others stay at their mean, or
/// their most frequent category.
class PointsTable {
 public:
  /// Of the columns of `table` that `design` sees. Errors are at "columns[i]".
  static absl::StatusOr<PointsTable> Make(const data::Table& table, const Design& design,
                                          const std::vector<std::string>& varying);

  /// `count` points, each a number for every varying column in order (of a category its place; any
  /// other number is a cell without a value, and so is one that is not finite). Valid until the
  /// next call.
  data::Table Fill(const double* points, Index count);

 private:
  PointsTable() = default;

  std::vector<data::ColumnInfo> columns_;
  std::vector<double> usual_;    // of each column
  std::vector<size_t> varying_;  // their places in columns_
  std::vector<double> cells_;    // column after column
};

}  // namespace thalweg::models
