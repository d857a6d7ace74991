#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "server/core/expression/expression.h"

namespace thalweg::expression {

/// A formula over some rows of its data at a time: f is what the formula gives where its tables
/// have these rows alone, to the bit. `mean((X @ w - y)**2)` is then the mean over the batch.
class BatchObjective : public Objective {
 public:
  /// N: rows of the whole tables.
  virtual int64_t row_count() const = 0;

  /// The rows that evaluations see from now on, in this order; a row may come more than once.
  /// OUT_OF_RANGE for a row outside [0, N), INVALID_ARGUMENT where the formula has no meaning for
  /// so few rows; the rows from before then stay.
  virtual absl::Status SetRows(std::span<const int64_t> rows) = 0;
};

/// `rows` names the tables: parameters whose first dimension counts the rows, all equally many. At
/// first all rows are seen. Compiles once for each size of batch.
absl::StatusOr<std::unique_ptr<BatchObjective>> MakeBatchObjective(
    const Source& source, const std::vector<std::string>& rows, const Limits& limits = {},
    CodeMaker* maker = nullptr);

}  // namespace thalweg::expression
