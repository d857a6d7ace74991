#include "server/core/random.h"

#include <Random123/philox.h>

#include <cmath>

#include "server/core/deterministic_math.h"

namespace thalweg {
namespace {

__extension__ using Product = unsigned __int128;

}  // namespace

uint64_t Random::Bits() {
  const uint64_t place = drawn_ % 4;
  if (place == 0) {
    r123::Philox4x64 philox;
    const auto words = philox({{drawn_ / 4, 0, iteration_, member_}}, {{seed_, 0}});
    for (size_t i = 0; i < 4; ++i) block_[i] = words[i];
  }
  ++drawn_;
  return block_[place];
}

double Random::Uniform() { return static_cast<double>(Bits() >> 11U) * 0x1p-53; }

double Random::Uniform(double low, double high) { return low + (high - low) * Uniform(); }

// Lemire (2019): the high word of a product, redrawn where it would favour some numbers.
Index Random::Below(Index n) {
  const auto range = static_cast<uint64_t>(n);
  const uint64_t surplus = -range % range;
  while (true) {
    const auto product = static_cast<Product>(Bits()) * range;
    if (static_cast<uint64_t>(product) >= surplus) return static_cast<Index>(product >> 64U);
  }
}

double Random::Normal() {
  if (has_spare_) {
    has_spare_ = false;
    return spare_;
  }
  const double radius = std::sqrt(-2 * Log(1 - Uniform()));
  const double turn = 2 * Uniform();
  spare_ = radius * SinPi(turn);
  has_spare_ = true;
  return radius * CosPi(turn);
}

double Random::Cauchy() {
  const double turn = Uniform() - 0.5;
  return SinPi(turn) / CosPi(turn);
}

void Random::Normal(Vector& v) {
  for (double& coordinate : v) coordinate = Normal();
}

}  // namespace thalweg
