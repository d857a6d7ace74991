#pragma once

#include <algorithm>

#include "server/core/vector.h"

namespace thalweg {

/// Neighbouring coordinates of a vector, to read and to write.
using ConstBlock = Eigen::Map<const Eigen::ArrayXd>;
using Block = Eigen::Map<Eigen::ArrayXd>;

/// Coordinates in a block: five vectors of this many doubles fit a first-level cache of 32 KiB.
inline constexpr Index kBlockSize = 512;

/// Calls `update(gradient, vectors...)` for one block of coordinates after another. A method's
/// formulas can so be written one after another, as in its paper, and still cost the memory
/// traffic of a single pass.
template <typename Update, typename... Vectors>
inline void InBlocks(const Update& update, const Vector& gradient, Vectors&... vectors) {
  const Index n = gradient.size();
  for (Index first = 0; first < n; first += kBlockSize) {
    const Index count = std::min(kBlockSize, n - first);
    update(ConstBlock(gradient.data() + first, count), Block(vectors.data() + first, count)...);
  }
}

/// Makes `memory` n zeros unless it has n coordinates already; whether it had to.
inline bool ZeroAtFirst(Index n, Vector& memory) {
  if (memory.size() == n) return false;
  memory = Vector::Zero(n);
  return true;
}

}  // namespace thalweg
