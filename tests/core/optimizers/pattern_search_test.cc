#include "server/core/optimizers/pattern_search.h"

#include <cmath>

#include "gtest/gtest.h"
#include "tests/support/descending.h"
#include "tests/support/objectives.h"

namespace thalweg {
namespace {

using testing::After;
using testing::FromText;
using testing::Outcome;
using testing::Point;
using testing::Recorded;
using testing::RunOf;

DescentSettings From(Vector start, std::map<std::string, Setting> settings = {}) {
  return {.optimizer = {"pattern_search", std::move(settings)},
          .stopping = {After(20'000)},
          .start = std::move(start)};
}

constexpr const char* kPolls[] = {"hooke_jeeves", "first", "best"};

// Worked by hand on (x-10)^2 + (y-10)^2 from 0 with step 1.
TEST(PatternSearch, LeapsAsFarAsItsLastSuccess) {
  const auto steps =
      RunOf(FromText("sum((x-10)**2)", 2), From(Point({0, 0}), {{"poll", "hooke_jeeves"}}))
          .iterates;

  EXPECT_EQ(steps[1].x, Point({1, 1}));    // explored
  EXPECT_EQ(steps[2].x, Point({3, 3}));    // leapt to (2, 2), explored
  EXPECT_EQ(steps[3].x, Point({6, 6}));    // leapt to (5, 5)
  EXPECT_EQ(steps[4].x, Point({10, 10}));  // leapt to (9, 9)
}

TEST(PatternSearch, TakesTheFirstLowerPointAndBeginsThereNextTime) {
  const auto steps = RunOf(FromText("(x[0]-10)**2 + (x[1]+10)**2", 2),
                           From(Point({10, 0}), {{"poll", "first"}, {"expand", 1.0}}))
                         .iterates;

  EXPECT_EQ(steps[1].x, Point({10, -1}));
  EXPECT_EQ(steps[1].evaluations.values, 1 + 4);  // right, left, up, down
  EXPECT_EQ(steps[2].x, Point({10, -2}));
  EXPECT_EQ(steps[2].evaluations.values, 1 + 4 + 1);
}

TEST(PatternSearch, TakesTheLowestOfAllAndLengthensItsStep) {
  const auto steps =
      RunOf(FromText("(x[0]-1)**2 + (x[1]-10)**2", 2), From(Point({0, 0}), {{"poll", "best"}}))
          .iterates;

  EXPECT_EQ(steps[1].x, Point({0, 1}));
  EXPECT_EQ(steps[2].x, Point({0, 3}));
  EXPECT_EQ(steps[3].x, Point({0, 7}));
  EXPECT_EQ(steps[3].evaluations.values, 1 + 3 * 4);
}

TEST(PatternSearch, HalvesItsStepWhereNothingIsLower) {
  for (const char* poll : kPolls) {
    const auto steps =
        RunOf(FromText("sum(x**2)", 2), From(Point({0, 0}), {{"poll", std::string(poll)}}))
            .iterates;

    EXPECT_EQ(steps[1].learning_rate, 1);
    EXPECT_EQ(steps[2].learning_rate, 0.5);
    EXPECT_NE(steps[2].flags & kRejected, 0U);
    EXPECT_EQ(steps.back().iteration, 27);  // 2^-27 is the first below 1e-8
  }
}

TEST(PatternSearch, SaysThatItsStepHasBecomeShort) {
  for (const char* poll : kPolls) {
    const Outcome outcome = RunOf(FromText("(x[0]-1)**2 + 3*(x[1]+2)**2 + x[0]*x[1]", 2),
                                  From(Point({5, 5}), {{"poll", std::string(poll)}}));

    EXPECT_EQ(outcome.reason.termination, Termination::kConverged);
    EXPECT_EQ(outcome.reason.criterion, "poll_step");
    EXPECT_NEAR(outcome.best.x[0], 24.0 / 11, 1e-7);  // 2(x-1) + y = 0, 6(y+2) + x = 0
    EXPECT_NEAR(outcome.best.x[1], -26.0 / 11, 1e-7);
  }
}

TEST(PatternSearch, FindsTheBottomOfAKinkAlongTheAxes) {
  for (const char* poll : kPolls) {
    const Outcome outcome = RunOf(FromText("3*abs(x[0] - 1.7) + abs(x[1] + 2.3)", 2),
                                  From(Point({-3, 4}), {{"poll", std::string(poll)}}));

    EXPECT_NEAR(outcome.best.x[0], 1.7, 2e-8);
    EXPECT_NEAR(outcome.best.x[1], -2.3, 2e-8);
  }
}

TEST(PatternSearch, ComesAsNearAsNoiseAllows) {
  for (const char* poll : kPolls) {
    const Outcome outcome = RunOf(FromText("sum((x-1)**2) + 1e-3*sin(1e5*x[0])*cos(1e5*x[1])", 2),
                                  From(Point({5, -4}), {{"poll", std::string(poll)}}));

    EXPECT_LT(outcome.best.value, 5e-3);
  }
}

TEST(PatternSearch, EndsItsLooksOnTheWalls) {
  for (const char* poll : kPolls) {
    DescentSettings settings = From(Point({0, 0}), {{"poll", std::string(poll)}});
    settings.bounds = {Point({-0.3, 0}), Point({0.7, 0})};
    const Outcome outcome = RunOf(FromText("sum((x-5)**2)", 2), settings);

    EXPECT_EQ(outcome.best.x, Point({0.7, 0}));
  }
}

}  // namespace
}  // namespace thalweg
