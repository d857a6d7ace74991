#include "server/core/optimizers/powell.h"

#include <cmath>

#include "gtest/gtest.h"
#include "server/core/violation.h"
#include "tests/support/descending.h"
#include "tests/support/objectives.h"

namespace thalweg {
namespace {

using testing::After;
using testing::FromText;
using testing::Outcome;
using testing::Point;
using testing::RunOf;

DescentSettings From(Vector start, std::map<std::string, Setting> settings = {}) {
  return {.optimizer = {"powell", std::move(settings)},
          .stopping = {After(5'000)},
          .start = std::move(start)};
}

// Theorem 1 of Powell (1964): n sweeps make n conjugate directions, and those the minimum of a
// quadratic. The lines are searched to 1e-6 here; the test that rejects directions which would
// become dependent costs a sweep or two.
TEST(Powell, EndsAQuadraticInAboutNSweeps) {
  const char* const coupled = "sum((i+1)*x[i]**2 for i in range(n)) + sum(x)**2";
  const Outcome outcome =
      RunOf(FromText(coupled, 4), From(Point({3, -4, 5, 1}), {{"line_tolerance", 1e-6}}));

  EXPECT_LT(outcome.iterates[6].value, 1e-10);
}

TEST(Powell, FindsTheEndOfRosenbrocksValleyInFewerValuesThanSciPy) {
  const Outcome outcome = RunOf(testing::Rosenbrock(), From(Point({-1.2, 1})));

  EXPECT_LT(outcome.best.value, 1e-16);
  // scipy 1.10.1's Powell asks 1144 to get there (../shared/reference/mgh/01_rosenbrock.json).
  EXPECT_LT(outcome.iterates.back().evaluations.values, 572);
  EXPECT_EQ(outcome.reason.termination, Termination::kConverged);
  EXPECT_EQ(outcome.reason.criterion, "sweep_step");
}

TEST(Powell, PutsItsDirectionsBackToTheAxesBeforeItEnds) {
  const Outcome outcome = RunOf(testing::Rosenbrock(), From(Point({-1.2, 1})));

  const auto last = std::find_if(outcome.iterates.rbegin(), outcome.iterates.rend(),
                                 [](const auto& at) { return (at.flags & kRestarted) != 0; });
  ASSERT_NE(last, outcome.iterates.rend());
  EXPECT_GT(outcome.iterates.back().iteration, last->iteration);
}

TEST(Powell, TakesSeveralStepsForASweepOfManyDirections) {
  const Index n = 100;
  const Outcome outcome =
      RunOf(FromText("sum((x-1)**2)", n),
            {.optimizer = {"powell", {}}, .stopping = {After(4)}, .start = Vector::Zero(n)});

  for (size_t k = 1; k <= 4; ++k) {
    EXPECT_LE(outcome.iterates[k].evaluations.values - outcome.iterates[k - 1].evaluations.values,
              32 * 150);
  }
  EXPECT_NEAR(outcome.iterates[1].x[31], 1, 1e-6);
  EXPECT_EQ(outcome.iterates[1].x[32], 0);
  EXPECT_LT(outcome.best.value, 1e-10);
}

TEST(Powell, SlidesAlongAWall) {
  DescentSettings settings = From(Point({-2, 0}));
  settings.bounds = {Point({-3, -4}), Point({0.5, 4})};
  const Outcome outcome = RunOf(FromText("100*(x[1]-x[0]**2)**2 + (1-x[0])**2", 2), settings);

  EXPECT_NEAR(outcome.best.x[0], 0.5, 1e-9);
  EXPECT_NEAR(outcome.best.x[1], 0.25, 1e-6);
}

TEST(Powell, EndsWhereEveryCoordinateIsFixed) {
  DescentSettings settings = From(Point({1, 2}));
  settings.bounds = {Point({1, 2}), Point({1, 2})};

  EXPECT_EQ(RunOf(FromText("sum(x)", 2), settings).reason.criterion, "sweep_step");
}

}  // namespace
}  // namespace thalweg
