#pragma once

#include <string>
#include <vector>

#include "server/core/state.h"
#include "server/core/vector.h"

namespace thalweg {

/// Points and the objective's values there. A value that was NaN or infinite is +infinity: the
/// worst.
struct Population {
  Matrix points;  ///< n x N, a member a column.
  Vector values;  ///< N

  Index size() const { return values.size(); }
  /// The best member; the first among equals. There must be one.
  Index Best() const;
  /// All members, the best first; equals as they stand.
  std::vector<Index> Ranked() const;
  /// The first `count` of `order` are kept, in that order.
  void Keep(const std::vector<Index>& order, Index count);
  /// The greatest range of a coordinate, in units of `width` (coordinates of no width left out).
  double Spread(const Vector& width) const;

  void Remember(State& state, const std::string& name);
};

}  // namespace thalweg
