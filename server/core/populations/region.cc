#include "server/core/populations/region.h"

#include <algorithm>
#include <cmath>

namespace thalweg {

void Region::Stretch(Matrix& unit_points) const {
  const Vector width = Width();
  for (Index i = 0; i < unit_points.cols(); ++i) {
    unit_points.col(i) = (lower.array() + width.array() * unit_points.col(i).array())
                             .max(lower.array())
                             .min(upper.array());
  }
}

void Region::Remember(State& state) {
  state.Keep("region_lower", lower);
  state.Keep("region_upper", upper);
}

Region RegionAround(const Vector& start, const Bounds& bounds, double spread) {
  Region region{start.array() - spread, start.array() + spread};
  if (!bounds.any()) return region;
  for (Index d = 0; d < start.size(); ++d) {
    const double low = bounds.lower[d];
    const double high = bounds.upper[d];
    // A box so large that its width is no number cannot be sampled evenly either.
    const bool box = std::isfinite(high - low);
    region.lower[d] = box ? low : std::max(low, region.lower[d]);
    region.upper[d] = box ? high : std::min(high, region.upper[d]);
  }
  return region;
}

}  // namespace thalweg
