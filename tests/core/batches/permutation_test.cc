#include "server/core/batches/permutation.h"

#include <cmath>
#include <map>
#include <vector>

#include "gtest/gtest.h"

namespace thalweg {
namespace {

std::vector<Index> OrderOf(uint64_t seed, int64_t epoch, Index n) {
  const Permutation permutation(seed, epoch, n);
  std::vector<Index> order;
  for (Index i = 0; i < n; ++i) order.push_back(permutation(i));
  return order;
}

TEST(Permutation, HasEveryNumberOnce) {
  for (const Index n : {1, 2, 3, 4, 5, 7, 8, 9, 10, 31, 32, 33, 100, 1000, 4095, 4097, 100'003}) {
    std::vector<bool> seen(static_cast<size_t>(n), false);

    for (const Index number : OrderOf(5, 3, n)) {
      ASSERT_TRUE(number >= 0 && number < n) << n;
      ASSERT_FALSE(seen[static_cast<size_t>(number)]) << n;
      seen[static_cast<size_t>(number)] = true;
    }
  }
}

TEST(Permutation, IsAnotherOneForAnotherEpochOrSeed) {
  EXPECT_EQ(OrderOf(1, 1, 1000), OrderOf(1, 1, 1000));
  EXPECT_NE(OrderOf(1, 1, 1000), OrderOf(1, 2, 1000));
  EXPECT_NE(OrderOf(1, 1, 1000), OrderOf(2, 1, 1000));
}

TEST(Permutation, ReachesNumbersBeyond32Bits) {
  const Index n = Index{1} << 40;
  const Permutation permutation(9, 0, n);
  double mean = 0;

  for (Index i = 0; i < 4096; ++i) mean += static_cast<double>(permutation(i)) / 4096;

  // Of 4096 uniform numbers: deviation n / sqrt(12 * 4096); five of them.
  EXPECT_NEAR(mean, std::ldexp(0.5, 40), 5 * std::ldexp(1, 40) / std::sqrt(12.0 * 4096));
}

// Chi-squared of counts that should be alike, in deviations above its mean.
double Excess(const std::vector<int>& counts, double expected) {
  double chi = 0;
  for (const int count : counts) chi += (count - expected) * (count - expected) / expected;
  const auto freedom = static_cast<double>(counts.size() - 1);
  return (chi - freedom) / std::sqrt(2 * freedom);
}

TEST(Permutation, TakesEveryOrderOfFewNumbersEquallyOften) {
  for (const Index n : {2, 3, 4, 5}) {
    constexpr int kEpochs = 60'000;
    std::map<std::vector<Index>, int> orders;
    for (int epoch = 0; epoch < kEpochs; ++epoch) ++orders[OrderOf(7, epoch, n)];

    size_t all = 1;
    for (Index i = 2; i <= n; ++i) all *= static_cast<size_t>(i);
    EXPECT_EQ(orders.size(), all) << n;
    std::vector<int> counts;
    for (const auto& [order, count] : orders) counts.push_back(count);
    EXPECT_LT(Excess(counts, static_cast<double>(kEpochs) / static_cast<double>(all)), 6) << n;
  }
}

TEST(Permutation, PutsEveryNumberAtEveryPlaceEquallyOftenAndApartFromItsNeighbour) {
  constexpr Index kN = 50;
  constexpr int kEpochs = 20'000;
  std::vector<int> places(kN * kN), distances(kN);
  for (int epoch = 0; epoch < kEpochs; ++epoch) {
    const std::vector<Index> order = OrderOf(3, epoch, kN);
    for (Index i = 0; i < kN; ++i) {
      ++places[static_cast<size_t>(i * kN + order[static_cast<size_t>(i)])];
    }
    ++distances[static_cast<size_t>((order[21] - order[20] + kN) % kN)];
  }

  EXPECT_LT(Excess(places, kEpochs / static_cast<double>(kN)), 6);
  EXPECT_EQ(distances[0], 0);
  distances.erase(distances.begin());
  EXPECT_LT(Excess(distances, kEpochs / static_cast<double>(kN - 1)), 6);
}

}  // namespace
}  // namespace thalweg
