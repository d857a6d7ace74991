#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "server/runs/iterate_block.h"

namespace thalweg::runs {

/// How a long trace keeps within its budget: the newest iterates in full, older ones thinned, ever
/// coarser with age. What is kept depends on iteration indices and values alone, never on time or
/// on where blocks end, so that a trace after a crash is the one without.
///
/// Iterations are divided into segments of equal length. The newest `full_segments` are whole. An
/// older one is cut into aligned buckets, of which the first, the last, the least and the greatest
/// iterate by value stay, the last that was the best so far, and the first few where something
/// happened: not finite, restarted, changed. Buckets double in length each time a
/// segment's age doubles, up to a whole segment: of any that is older, four iterates stay for ever.
struct Retention {
  int64_t segment = 0;  ///< Iterations in a segment, a power of two; 0: all is kept.
  int64_t full_segments = 0;

  /// The segment to thin and the length of its buckets now.
  struct Thinning {
    int64_t segment = 0;  ///< Its index.
    int64_t bucket = 0;   ///< Iterations, a power of two.
  };
  /// What is to be thinned when the last iteration grows from `before` to `after`.
  std::vector<Thinning> Due(int64_t before, int64_t after) const;
  /// Length of the buckets of a segment that is `age` segments old; 1 when it is whole.
  int64_t BucketAt(int64_t age) const;
  /// The oldest iteration that is kept in full when `last` is the newest.
  int64_t OldestFull(int64_t last) const;
  /// Whether a block must end with this iteration: blocks lie in one segment.
  bool EndsSegment(int64_t iteration) const {
    return segment > 0 && ((iteration + 1) & (segment - 1)) == 0;
  }

  friend bool operator==(const Retention&, const Retention&) = default;
};

/// The retention that keeps a trace of rows of `bytes_per_row` within about `budget` bytes.
Retention RetentionFor(size_t budget, size_t bytes_per_row);

/// Appends to `kept` those of the rows [begin, end) that stand for all: the first, the last, the
/// least and the greatest by value (the first among equals; where steps see batches, the last that
/// knows the value of all rows in place of the greatest); with `pinned` the last that was the
/// best so far, and the first sixteen that are not finite, restarted or changed. Doing so for
/// parts, and again for what they gave, gives the same as for the whole.
void AppendExtremes(const IterateBlock& rows, size_t begin, size_t end, bool pinned,
                    IterateBlock& kept);

/// The rows of `rows` that are left in buckets of length `bucket`. Thinning what was thinned with
/// shorter buckets gives the same as thinning the whole.
IterateBlock Thinned(const IterateBlock& rows, int64_t bucket);

}  // namespace thalweg::runs
