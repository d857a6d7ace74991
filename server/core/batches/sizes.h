#pragma once

#include <algorithm>
#include <cstdint>

#include "server/core/option_table.h"
#include "server/core/vector.h"

namespace thalweg {

inline constexpr Range kBatchSize{1, 16'777'216, false, false};  ///< Rows: 1 to 2^24.

/// How batches of a fixed size lie in an epoch of `rows`: the last one may be smaller.
class BatchSizes {
 public:
  BatchSizes() = default;
  BatchSizes(Index rows, int64_t size, bool drop_last)
      : size_(std::min<Index>(rows, size)),
        batches_(drop_last ? rows / size_ : (rows + size_ - 1) / size_),
        used_(drop_last ? batches_ * size_ : rows) {}

  Index batches() const { return batches_; }
  int64_t EpochOf(int64_t k) const { return k / batches_; }
  /// Places [first, last) of the epoch that batch k is.
  Index First(int64_t k) const { return k % batches_ * size_; }
  Index Last(int64_t k) const { return std::min(First(k) + size_, used_); }
  double EpochAt(int64_t k) const {
    return static_cast<double>(EpochOf(k)) +
           static_cast<double>(First(k)) / static_cast<double>(used_);
  }

 private:
  Index size_ = 1;
  Index batches_ = 1;
  Index used_ = 1;  // rows that an epoch sees
};

}  // namespace thalweg
