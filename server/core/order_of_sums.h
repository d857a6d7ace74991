#pragma once

namespace thalweg {

/// Eigen multiplies large matrices in blocks, and sums in an order, that fit the caches of the
/// machine. The same bits everywhere need the same caches: those of a usual core, from the first
/// call on. Safe for concurrent use.
void FixTheOrderOfSums();

}  // namespace thalweg
