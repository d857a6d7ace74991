#pragma once

#include <array>
#include <cstdint>

#include "server/core/vector.h"

namespace thalweg {

/// The numbers 0 ... n - 1 in an order that depends on (seed, epoch) alone, any place of which can
/// be asked for by itself: nothing is kept but a few keys. A generalised Feistel network over pairs
/// (l, r) with cycle walking; Black & Rogaway (2002), "Ciphers with arbitrary finite domains".
class Permutation {
 public:
  Permutation(uint64_t seed, int64_t epoch, Index n);  ///< n from 1 to 2^60.

  /// The number at `place`, which is in [0, n).
  Index operator()(Index place) const {
    auto number = static_cast<uint64_t>(place);
    do {
      number = Encipher(number);
    } while (number >= n_);  // at most 2 sqrt(n) of the pairs lie beyond
    return static_cast<Index>(number);
  }

 private:
  static constexpr size_t kRounds = 6;  // of two halves each

  uint64_t Encipher(uint64_t number) const;

  uint64_t n_, lefts_, rights_;  // lefts * rights >= n
  std::array<uint64_t, 2 * kRounds> keys_;
};

}  // namespace thalweg
