#include "server/core/optimizers/polyak.h"

#include <cmath>

#include "gtest/gtest.h"
#include "tests/support/descending.h"
#include "tests/support/objectives.h"

namespace thalweg {
namespace {

using testing::After;
using testing::FromText;
using testing::Point;
using testing::RunOf;

Part Known(double f_star) { return {"polyak", {{"estimate", false}, {"f_star", f_star}}}; }

TEST(Polyak, HalvesTheDistanceOnAParabola) {
  // f = x^2: t = x^2 / (2x)^2 = 1/4, x' = x/2.
  const auto steps =
      RunOf(testing::Square(), {.optimizer = Known(0), .stopping = {After(5)}, .start = Point({8})})
          .iterates;

  EXPECT_EQ(steps[1].x, Point({4}));
  EXPECT_EQ(steps[1].learning_rate, 0.25);
  EXPECT_EQ(steps[5].x, Point({0.25}));
}

TEST(Polyak, ReachesTheTipOfAConeInOneStep) {
  const auto outcome =
      RunOf(FromText("sqrt(x[0]**2 + x[1]**2) + 1", 2),
            {.optimizer = Known(1), .stopping = {After(1)}, .start = Point({3, 4})});

  EXPECT_LT(outcome.best.value, 1 + 1e-14);
}

TEST(Polyak, EndsWhereTheLeastValueIsReached) {
  const auto outcome = RunOf(
      testing::Square(), {.optimizer = Known(10), .stopping = {After(50)}, .start = Point({3})});

  EXPECT_EQ(outcome.reason.criterion, "f_star");
  EXPECT_EQ(outcome.reason.termination, Termination::kConverged);
}

TEST(Polyak, GuessesTheLeastValueWhereItIsNotKnown) {
  const auto outcome =
      RunOf(FromText("abs(x[0] - 1) + 3*abs(x[1] + 2) - 7", 2),
            {.optimizer = {"polyak", {}}, .stopping = {After(2'000)}, .start = Point({5, 5})});

  EXPECT_NEAR(outcome.best.value, -7, 1e-3);
}

TEST(Polyak, TakesTheGreatestValueOfWhatIsMaximised) {
  const auto outcome = RunOf(FromText("4 - sum(x**2)", 2), {.optimizer = Known(4),
                                                            .stopping = {After(40)},
                                                            .direction = Direction::kMaximize,
                                                            .start = Point({3, 4})});

  EXPECT_NEAR(outcome.iterates.back().value, 4, 1e-12);
}

}  // namespace
}  // namespace thalweg
