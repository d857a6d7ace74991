#include "server/core/batches/permutation.h"

#include <cmath>

#include "server/core/random.h"

namespace thalweg {
namespace {

constexpr int64_t kStream = -1;  // of Random: optimizers number theirs from 0

// The finaliser of splitmix64: Steele, Lea & Flood (2014), "Fast splittable pseudorandom number
// generators", with the constants of Stafford's variant 13.
uint64_t Mix(uint64_t z) {
  z = (z ^ (z >> 30U)) * 0xBF58476D1CE4E5B9U;
  z = (z ^ (z >> 27U)) * 0x94D049BB133111EBU;
  return z ^ (z >> 31U);
}

// A number below `most` < 2^32 that depends on key and half.
uint64_t Draw(uint64_t key, uint64_t half, uint64_t most) {
  return ((Mix(key + half * 0x9E3779B97F4A7C15U) >> 32U) * most) >> 32U;
}

uint64_t Sum(uint64_t a, uint64_t b, uint64_t modulus) {
  const uint64_t sum = a + b;
  return sum < modulus ? sum : sum - modulus;
}

}  // namespace

Permutation::Permutation(uint64_t seed, int64_t epoch, Index n) : n_(static_cast<uint64_t>(n)) {
  lefts_ = static_cast<uint64_t>(std::sqrt(static_cast<double>(n)));
  while (lefts_ * lefts_ < n_) ++lefts_;
  rights_ = (n_ + lefts_ - 1) / lefts_;
  Random random(seed, epoch, kStream);
  for (uint64_t& key : keys_) key = random.Bits();
}

uint64_t Permutation::Encipher(uint64_t number) const {
  uint64_t left = number / rights_;
  uint64_t right = number % rights_;
  for (size_t round = 0; round < kRounds; ++round) {
    left = Sum(left, Draw(keys_[2 * round], right, lefts_), lefts_);
    right = Sum(right, Draw(keys_[2 * round + 1], left, rights_), rights_);
  }
  return left * rights_ + right;
}

}  // namespace thalweg
