#include "server/core/random.h"

#include <cmath>
#include <set>
#include <vector>

#include "gtest/gtest.h"

namespace thalweg {
namespace {

TEST(Random, IsPhilox) {
  // Philox 4x64-10 of counter (0, 0, 0, 0) and key (0, 0): the known answers that Random123 ships
  // (kat_vectors).
  Random random(0, 0, 0);

  EXPECT_EQ(random.Bits(), 0x16554d9eca36314cU);
  EXPECT_EQ(random.Bits(), 0xdb20fe9d672d0fdcU);
  EXPECT_EQ(random.Bits(), 0xd7e772cee186176bU);
  EXPECT_EQ(random.Bits(), 0x7e68b68aec7ba23bU);
}

TEST(Random, DependsOnSeedIterationAndMember) {
  std::set<uint64_t> first;
  for (const uint64_t seed : {0U, 1U}) {
    for (const int64_t iteration : {0, 1}) {
      for (const int64_t member : {0, 1}) first.insert(Random(seed, iteration, member).Bits());
    }
  }

  EXPECT_EQ(first.size(), 8U);
  EXPECT_EQ(Random(3, 4, 5).Bits(), Random(3, 4, 5).Bits());
}

struct Moments {
  double mean = 0;
  double variance = 0;
};

template <typename Draw>
Moments MomentsOf(Draw draw) {
  constexpr int kDraws = 100'000;
  Moments moments;
  double squares = 0;
  for (int i = 0; i < kDraws; ++i) {
    const double value = draw();
    moments.mean += value / kDraws;
    squares += value * value / kDraws;
  }
  moments.variance = squares - moments.mean * moments.mean;
  return moments;
}

// Tolerances are five standard errors of 100 000 draws; the seeds are fixed.

TEST(Random, UniformFillsTheUnitInterval) {
  Random random(1, 2, 3);
  const Moments moments = MomentsOf([&] {
    const double u = random.Uniform();
    EXPECT_TRUE(u >= 0 && u < 1);
    return u;
  });

  EXPECT_NEAR(moments.mean, 0.5, 5 * std::sqrt(1.0 / 12 / 1e5));
  EXPECT_NEAR(moments.variance, 1.0 / 12, 5 * std::sqrt(1.0 / 180 / 1e5));
}

TEST(Random, NormalHasMeanZeroAndVarianceOne) {
  Random random(1, 2, 3);
  const Moments moments = MomentsOf([&] { return random.Normal(); });

  EXPECT_NEAR(moments.mean, 0, 5 * std::sqrt(1 / 1e5));
  EXPECT_NEAR(moments.variance, 1, 5 * std::sqrt(2 / 1e5));
}

TEST(Random, CauchyHasQuartilesAtMinusOneAndOne) {
  Random random(1, 2, 3);
  const Moments inside = MomentsOf([&] { return std::abs(random.Cauchy()) < 1 ? 1.0 : 0.0; });

  EXPECT_NEAR(inside.mean, 0.5, 5 * std::sqrt(0.25 / 1e5));
}

TEST(Random, BelowGivesEachNumberEquallyOften) {
  Random random(1, 2, 3);
  std::vector<int> counts(7);
  for (int i = 0; i < 70'000; ++i) ++counts[static_cast<size_t>(random.Below(7))];

  for (const int count : counts) EXPECT_NEAR(count, 10'000, 5 * std::sqrt(1e4 * 6 / 7));
}

}  // namespace
}  // namespace thalweg
