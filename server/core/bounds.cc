#include "server/core/bounds.h"

#include <algorithm>

namespace thalweg {

// std::max and std::min in this order pass NaN on.
void Bounds::Project(Vector& x) const {
  if (!any()) return;
  for (Index i = 0; i < x.size(); ++i) x[i] = std::min(std::max(x[i], lower[i]), upper[i]);
}

void Bounds::ProjectedStep(const Vector& x, const Vector& gradient, Vector& step) const {
  step = -gradient;
  if (!any()) return;
  for (Index i = 0; i < x.size(); ++i) {
    step[i] = std::min(std::max(step[i], lower[i] - x[i]), upper[i] - x[i]);
  }
}

}  // namespace thalweg
