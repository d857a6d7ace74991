#pragma once

#include <cstdint>

#include "server/core/vector.h"

namespace thalweg {

/// Random numbers as a function of (seed, iteration, member) and of how many were drawn: Philox
/// 4x64-10 (Salmon et al. (2011)), so that there is no generator's state to keep. Make one where
/// numbers are needed, draw, forget it:
///
///   Random random(problem.seed(), at.iteration, member);
///   x[i] += sigma * random.Normal();
///
/// The same bits on every machine. Those who need several streams at one iteration number them
/// by `member`.
class Random {
 public:
  Random(uint64_t seed, int64_t iteration, int64_t member)
      : seed_(seed),
        iteration_(static_cast<uint64_t>(iteration)),
        member_(static_cast<uint64_t>(member)) {}

  uint64_t Bits();
  double Uniform();                         ///< In [0, 1), a multiple of 2^-53.
  double Uniform(double low, double high);  ///< In [low, high).
  Index Below(Index n);                     ///< 0 .. n - 1, all equally likely; n >= 1.
  double Normal();                          ///< Mean 0, variance 1 (Box & Muller (1958)).
  double Cauchy();                          ///< Median 0, scale 1.
  void Normal(Vector& v);                   ///< Fills v.

 private:
  const uint64_t seed_, iteration_, member_;
  uint64_t drawn_ = 0;  // 64-bit words so far
  uint64_t block_[4];   // the words drawn_ / 4 * 4 ...
  double spare_ = 0;    // the second of a pair of normal numbers
  bool has_spare_ = false;
};

}  // namespace thalweg
