#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

#include "server/core/catalog_entry.h"
#include "server/core/vector.h"

namespace thalweg {

/// Rows in the order in which they are seen, a row perhaps more than once.
struct Batch {
  std::vector<int64_t> rows;
  std::vector<double> factors;  ///< One for each row, or none: all 1.
};

/// Which training rows each iterate of a descent sees. Batch k is a function of (seed, k) alone, so
/// a descent can be taken up in the middle of an epoch, or left for another one, with the same
/// bits.
class BatchPlan {
 public:
  virtual ~BatchPlan() = default;

  /// Whether every batch is all rows.
  virtual bool full() const { return false; }
  /// Whether it wants to know how much rows matter.
  virtual bool weighted() const { return false; }

  /// Before anything else. `importance` has as many numbers as there are rows (> 0), none negative,
  /// or none at all: all alike.
  virtual void Begin(Index rows, std::span<const double> importance) = 0;

  /// Batches that make an epoch.
  virtual Index batches() const = 0;
  /// Passes over the rows that the first k batches make.
  virtual double EpochAt(int64_t k) const = 0;
  virtual void Fill(uint64_t seed, int64_t k, Batch& batch) const = 0;
};

using BatchPlanEntry = CatalogEntry<BatchPlan>;

/// Every plan there is: "full", "shuffled", "sequential", "with_replacement", "importance".
std::span<const BatchPlanEntry> BatchPlans();

/// Whether a run with these batches sees some rows at a time; no kind: it sees all.
inline bool SeesBatches(const Part& batches) {
  return !batches.kind.empty() && batches.kind != "full";
}

}  // namespace thalweg
