#pragma once

#include <span>

#include "absl/status/statusor.h"
#include "server/core/catalog_entry.h"
#include "server/core/line_search/ray.h"

namespace thalweg {

/// Finds how far to go along a direction of descent. Remembers nothing between searches.
class LineSearch {
 public:
  virtual ~LineSearch() = default;

  /// Tries steps along `ray`, `first` (> 0) before all others, never one longer than ray.longest(),
  /// and never more than its max_trials. The step found is that of the ray's last trial. Values
  /// that are not finite are stepped back from. A status is for an evaluation that could not be
  /// made.
  virtual absl::StatusOr<Found> Search(Ray& ray, double first, Trial& trial) const = 0;
};

using LineSearchEntry = CatalogEntry<LineSearch>;

/// Every line search there is; defined in line_search/catalogue.cc.
std::span<const LineSearchEntry> LineSearches();

}  // namespace thalweg
