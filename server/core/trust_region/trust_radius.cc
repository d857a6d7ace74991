#include "server/core/trust_region/trust_radius.h"

#include <algorithm>
#include <cmath>

namespace thalweg {

void TrustRadius::Judge(double ratio, double length, double shrink, bool inside) {
  if (!(ratio > 0.25)) {
    radius = shrink * length;
  } else if (inside) {
    radius = 2 * length;
  } else if (ratio >= 0.75) {
    radius = std::max(radius, 2 * length);
  }
}

double TrustRadius::Shrink(double value, double slope, double value_at_end) {
  if (!std::isfinite(value_at_end)) return 0.25;
  const double bend = value_at_end - value - slope;
  return bend > 0 ? std::clamp(-slope / (2 * bend), 0.1, 0.5) : 0.5;
}

}  // namespace thalweg
