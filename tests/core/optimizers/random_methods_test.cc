// Random search and simulated annealing: what their draws have to look like.

#include <cmath>

#include "gtest/gtest.h"
#include "tests/support/descending.h"
#include "tests/support/objectives.h"
#include "tests/support/wrapped.h"

namespace thalweg {
namespace {

using testing::After;
using testing::FromText;
using testing::Outcome;
using testing::Point;
using testing::RunOf;
using testing::Watched;

constexpr const char* kRastrigin = "sum(x**2 - 10*cos(2*pi*x) + 10)";

TEST(RandomSearch, CoversItsBoxEvenly) {
  std::vector<int> hits(4);
  const auto see = [&](const Vector& x) {
    ++hits[static_cast<size_t>((x[0] > 1 ? 1 : 0) + (x[1] > -3 ? 2 : 0))];
  };
  RunOf(std::make_unique<Watched>(FromText("sum(x)", 2), see),
        {.optimizer = {"random_search", {{"samples", 100.0}}},
         .stopping = {After(100)},
         .start = Point({0, -4}),
         .bounds = {Point({-1, -4}), Point({3, -2})},
         .seed = 3});

  // 10 000 points, a quarter each: four standard deviations are 173.
  for (const int count : hits) EXPECT_NEAR(count, 2500, 173);
}

TEST(RandomSearch, SucceedsAboutEveryFifthStep) {
  const Outcome outcome =
      RunOf(FromText("sum((x-1)**2)", 5), {.optimizer = {"random_search", {{"samples", 1.0}}},
                                           .stopping = {After(1000)},
                                           .start = Vector::Constant(5, 8),
                                           .seed = 3});

  int64_t successes = 0;
  for (const auto& iterate : outcome.iterates) successes += (iterate.flags & kRejected) == 0;
  const auto steps = static_cast<double>(outcome.iterates.size());
  EXPECT_NEAR(static_cast<double>(successes) / steps, 0.2, 0.05);
  EXPECT_LT(outcome.best.value, 1e-6);
}

TEST(RandomSearch, EndsWhereItsWidthHasCollapsed) {
  const Outcome outcome = RunOf(FromText("sum((x-1)**2)", 2), {.optimizer = {"random_search", {}},
                                                               .stopping = {After(100'000)},
                                                               .start = Point({8, 3}),
                                                               .seed = 3});

  EXPECT_EQ(outcome.reason.criterion, "sampling_width");
  EXPECT_LT(outcome.best.value, 1e-12);
}

TEST(SimulatedAnnealing, AcceptsThePartOfItsMovesThatItIsToldTo) {
  // Without cooling on a bowl: the widths adapt, and stay. Of 20 moves a step, the accepted ones
  // are those that change x; counted by where the next move starts from.
  for (const double acceptance : {0.3, 0.6}) {
    const auto descent =
        testing::Begun(FromText("sum(x**2)", 1), {.optimizer = {"simulated_annealing",
                                                                {{"cooling", 1.0},
                                                                 {"moves", 1.0},
                                                                 {"relative_temperature", false},
                                                                 {"acceptance", acceptance}}},
                                                  .stopping = {After(20'000)},
                                                  .start = Point({0.5}),
                                                  .seed = 5});
    testing::Recorder recorder;
    descent->Advance(20'000, 0, nullptr, recorder);
    double accepted = 0;
    for (const auto& iterate : recorder.iterates) accepted += (iterate.flags & kRejected) == 0;

    EXPECT_NEAR(accepted / 20'000, acceptance, 0.02);
  }
}

// Metropolis et al. (1953): at a constant temperature the walk's density is exp(-f/T). On f = x^2
// with T = 1 the mean of f is T/2.
TEST(SimulatedAnnealing, WalksAsBoltzmannSays) {
  const Outcome outcome =
      RunOf(FromText("sum(x**2)", 1),
            {.optimizer = {"simulated_annealing",
                           {{"cooling", 1.0}, {"moves", 10.0}, {"relative_temperature", false}}},
             .stopping = {After(20'000)},
             .start = Point({0}),
             .seed = 5});

  double sum = 0;
  for (const auto& iterate : outcome.iterates) sum += iterate.value;
  // Adapting the widths bends the walk a little; five standard errors are 0.03.
  EXPECT_NEAR(sum / 20'000, 0.5, 0.04);
}

TEST(SimulatedAnnealing, LeavesTheValleyItBeginsIn) {
  int found = 0;
  for (uint64_t seed = 1; seed <= 10; ++seed) {
    const Outcome outcome =
        RunOf(FromText(kRastrigin, 2),
              {.optimizer = {"simulated_annealing", {{"width", 2.0}, {"cooling", 0.99}}},
               .stopping = {After(10'000)},
               .start = Point({4.2, -3.1}),
               .seed = seed});
    found += outcome.best.value < 1e-3;
    EXPECT_EQ(outcome.reason.criterion, "move_width");
  }
  EXPECT_GE(found, 8);
}

TEST(SimulatedAnnealing, HeatsUpAgainWhereItIsStuckAndTold) {
  const Outcome outcome =
      RunOf(FromText(kRastrigin, 2),
            {.optimizer = {"simulated_annealing", {{"cooling", 0.9}, {"reanneal_after", 100.0}}},
             .stopping = {After(2'000)},
             .start = Point({4.2, -3.1}),
             .seed = 1});

  int heated = 0;
  for (const auto& iterate : outcome.iterates) heated += (iterate.flags & kRestarted) != 0;
  EXPECT_GT(heated, 5);
}

}  // namespace
}  // namespace thalweg
