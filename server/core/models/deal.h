#pragma once

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "server/core/models/model_spec.h"

namespace thalweg::models {

/// Rows of a table by what they are for, each list in the table's order.
struct Deal {
  std::vector<int64_t> training, validation, test;
};

/// Shares in [0, 0.9] that leave something, folds that exist; errors are under "split".
absl::Status CheckSplit(const Split& split);

/// Deals `rows` by a split that CheckSplit found good. `strata` has a number for each of them, 0
/// and up, the class; rows of one are dealt evenly, so that each part has its share of each class.
/// None: all are alike. A row's part depends on (split, rows, strata) alone.
Deal DealRows(const Split& split, const std::vector<int64_t>& rows,
              const std::vector<int64_t>& strata);

}  // namespace thalweg::models
