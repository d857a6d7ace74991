#pragma once

#include <immintrin.h>

#include <algorithm>

#include "server/core/vector.h"

namespace thalweg::models {

/// Four doubles at a time: one instruction set for all machines (-march=x86-64-v3), and SLEEF's
/// deterministic functions, whose bits do not depend on the lane.
using Lanes = __m256d;
inline constexpr Index kLanes = 4;

inline Lanes AllLanes(double value) { return _mm256_set1_pd(value); }
inline Lanes Load(const double* from) { return _mm256_loadu_pd(from); }
inline void Store(Lanes lanes, double* to) { _mm256_storeu_pd(to, lanes); }
inline Lanes Abs(Lanes x) { return _mm256_andnot_pd(_mm256_set1_pd(-0.0), x); }
/// max(x, 0), but NaN stays NaN.
inline Lanes Positive(Lanes x) { return x <= 0 ? AllLanes(0) : x; }

/// The first `count` (0 to 4) numbers; the other lanes are 0.
inline Lanes LoadSome(const double* from, Index count) {
  double padded[kLanes] = {};
  std::copy(from, from + count, padded);
  return Load(padded);
}
inline void StoreSome(Lanes lanes, double* to, Index count) {
  double padded[kLanes];
  Store(lanes, padded);
  std::copy(padded, padded + count, to);
}

}  // namespace thalweg::models
