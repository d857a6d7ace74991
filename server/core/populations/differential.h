#pragma once

#include <algorithm>

#include "server/core/bounds.h"
#include "server/core/random.h"
#include "server/core/vector.h"

namespace thalweg {

/// What differential evolution and its relatives share.

/// A number below `count` that is none of `taken`.
template <typename... Indices>
Index OtherThan(Random& random, Index count, Indices... taken) {
  while (true) {
    const Index drawn = random.Below(count);
    if (((drawn != taken) && ...)) return drawn;
  }
}

/// Binomial crossover, in place: each coordinate of `mutant` is kept with probability `rate`, one
/// at least; the others become those of `parent`.
inline void CrossOver(double rate, const Eigen::Ref<const Vector>& parent, Random& random,
                      Eigen::Ref<Vector> mutant) {
  const Index sure = random.Below(mutant.size());
  for (Index d = 0; d < mutant.size(); ++d) {
    if (d != sure && random.Uniform() >= rate) mutant[d] = parent[d];
  }
}

/// A coordinate beyond a bound is put midway between the bound and the parent's.
/// Zhang & Sanderson (2009), JADE.
inline void PullInside(const Bounds& bounds, const Eigen::Ref<const Vector>& parent,
                       Eigen::Ref<Vector> trial) {
  if (!bounds.any()) return;
  for (Index d = 0; d < trial.size(); ++d) {
    if (trial[d] < bounds.lower[d]) trial[d] = bounds.lower[d] / 2 + parent[d] / 2;
    if (trial[d] > bounds.upper[d]) trial[d] = bounds.upper[d] / 2 + parent[d] / 2;
    trial[d] = std::min(std::max(trial[d], bounds.lower[d]), bounds.upper[d]);
  }
}

}  // namespace thalweg
