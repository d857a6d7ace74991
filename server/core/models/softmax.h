#pragma once

#include "server/core/vector.h"

namespace thalweg::models {

inline constexpr Index kSoftmaxParts = 2048;  ///< Numbers that fit on a stack.
/// Rows of k scores (1 to 2048) among so many numbers; at least 1.
inline Index SoftmaxRows(Index k) { return kSoftmaxParts / k; }

/// shares[i, j] = exp(s_ij) / sum_l exp(s_il), of `count` rows of k scores; `logs`, where not null,
/// gets log(sum_l exp(s_il)) of each row. `shares` may not be `scores`.
void Softmax(Index count, Index k, const double* scores, double* shares, double* logs);

}  // namespace thalweg::models
