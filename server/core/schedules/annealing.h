#pragma once

#include "server/core/deterministic_math.h"
#include "server/core/option_info.h"

namespace thalweg {

/// Factors that never grow, so that no iteration is too far to have a finite value.
inline constexpr Range kFalling{0, 1, true, false};

/// From `start` to `end` along a line, as `progress` goes from 0 to 1; exact at both ends.
inline double LineBetween(double start, double end, double progress) {
  return start * (1 - progress) + end * progress;
}

/// From `start` to `end` along half a cosine wave; exact at both ends. Loshchilov & Hutter (2017),
/// arXiv:1608.03983, eq. 5.
inline double CosineBetween(double start, double end, double progress) {
  return LineBetween(end, start, 0.5 * (1 + CosPi(progress)));
}

}  // namespace thalweg
