#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "server/core/vector.h"

namespace thalweg {

/// How many dimensions Sobol's sequence is tabulated for.
inline constexpr Index kSobolDimensions = 64;

/// Sobol's sequence in [0, 1)^n: its first 2^k points fill the cube evenly, for every k. Direction
/// numbers of Joe & Kuo (2008), in the Gray code order of Antonov & Saleev (1979): point 0 is the
/// origin, point 1 the centre. There are 2^52 points.
class Sobol {
 public:
  /// 1 <= n <= kSobolDimensions. With a seed every coordinate is shifted bit by bit (x XOR a random
  /// number): as even as before, and every point is uniformly distributed.
  explicit Sobol(Index n, std::optional<uint64_t> scramble_seed = std::nullopt);

  Vector Point(uint64_t i) const;

 private:
  static constexpr size_t kBits = 52;  // as many as all doubles in [0, 1) have after the point

  std::vector<std::array<uint64_t, kBits>> directions_;  // of each coordinate, kBits long
  std::vector<uint64_t> shifts_;                         // of each coordinate
};

/// `count` points in [0, 1)^n as the columns of an n x count matrix: in every coordinate exactly
/// one point in each of `count` equal intervals, at random otherwise. McKay, Beckman & Conover
/// (1979). `stream` tells apart several of one seed.
Matrix LatinHypercube(Index n, Index count, uint64_t seed, int64_t stream = 0);

/// `count` points that cover [0, 1)^n evenly, the same for the same seed: a scrambled Sobol
/// sequence where there is one for n dimensions, else a Latin hypercube.
Matrix EvenlySpread(Index n, Index count, uint64_t seed);

}  // namespace thalweg
