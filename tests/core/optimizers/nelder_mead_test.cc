#include "server/core/optimizers/nelder_mead.h"

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

std::unique_ptr<Objective> Chain(Index n) {
  return FromText("sum(100*(x[i+1]-x[i]**2)**2 + (1-x[i])**2 for i in range(n-1))", n);
}

DescentSettings From(Vector start, std::map<std::string, Setting> settings = {}) {
  return {.optimizer = {"nelder_mead", std::move(settings)},
          .stopping = {After(20'000)},
          .start = std::move(start)};
}

// scipy.optimize.minimize 1.10.1, method="Nelder-Mead", initial_simplex = the start and the start
// plus 1 in each coordinate: values after so many iterations. A simplex amplifies roundings (the
// order of a sum) as it turns: ten times the difference seen.
TEST(NelderMead, GoesTheWayOfSciPy) {
  const Vector start = Point({-1.2, 1, -1.2, 1});
  const auto adaptive = RunOf(Chain(4), From(start)).iterates;
  EXPECT_DOUBLE_EQ(adaptive[1].value, 181.79999999999998);
  EXPECT_NEAR(adaptive[10].value, 14.179380810547237, 1e-11);
  EXPECT_NEAR(adaptive[50].value, 3.2896854865667438, 1e-11);
  EXPECT_NEAR(adaptive[150].value, 0.20177994526555815, 1e-11);

  const auto standard = RunOf(Chain(4), From(start, {{"coefficients", "standard"}})).iterates;
  EXPECT_NEAR(standard[10].value, 11.245415468593448, 1e-11);
  EXPECT_NEAR(standard[50].value, 2.4888333306724713, 1e-11);
  EXPECT_NEAR(standard[150].value, 0.04739882235481785, 1e-11);

  const auto plane = RunOf(Chain(2), From(Point({-1.2, 1}))).iterates;
  EXPECT_DOUBLE_EQ(plane[10].value, 3.8111597087470637);
  EXPECT_NEAR(plane[50].value, 0.178341984046823, 1e-11);
}

TEST(NelderMead, SaysThatItsSimplexHasCollapsed) {
  const Outcome outcome = RunOf(Chain(2), From(Point({-1.2, 1})));

  EXPECT_EQ(outcome.reason.termination, Termination::kConverged);
  EXPECT_EQ(outcome.reason.criterion, "simplex_size");
  EXPECT_LE(outcome.reason.measured, outcome.reason.threshold);
  EXPECT_LT(outcome.best.value, 1e-14);  // the square of size_tolerance, 1e-8, times curvature
}

TEST(NelderMead, LooksOnceMoreAroundACollapsedSimplexUnlessTold) {
  const auto restarts = [](const Outcome& outcome) {
    int count = 0;
    for (const auto& iterate : outcome.iterates) count += (iterate.flags & kRestarted) != 0;
    return count;
  };
  EXPECT_EQ(restarts(RunOf(Chain(2), From(Point({-1.2, 1})))), 1);
  EXPECT_EQ(restarts(RunOf(Chain(2), From(Point({-1.2, 1}), {{"restarts", 0.0}}))), 0);
}

TEST(NelderMead, StaysPutAndSaysSoWhereNoTrialIsBetter) {
  for (const auto& iterate : RunOf(Chain(3), From(Point({-1.2, 1, 1}))).iterates) {
    if (iterate.iteration == 0) continue;
    EXPECT_EQ((iterate.flags & kRejected) != 0, iterate.step_norm == 0) << iterate.iteration;
  }
}

TEST(NelderMead, ShrinksTheWholeSimplexWhereNothingElseHelps) {
  const Outcome outcome = RunOf(FromText("0*x[0] + 1", 2), From(Point({0, 0})));

  // A reflection, a contraction and two new vertices.
  const auto evaluations = [&](size_t k) { return outcome.iterates[k].evaluations.values; };
  EXPECT_EQ(evaluations(2) - evaluations(1), 4);
  EXPECT_LT(outcome.iterates[2].learning_rate, outcome.iterates[1].learning_rate);
}

TEST(NelderMead, FindsTheBottomOfAKink) {
  const Outcome outcome =
      RunOf(FromText("abs(x[0] - 1) + 10*abs(x[1] + 2*x[0])", 2), From(Point({-3, 4})));

  EXPECT_NEAR(outcome.best.x[0], 1, 1e-7);
  EXPECT_NEAR(outcome.best.x[1], -2, 1e-7);
}

TEST(NelderMead, ComesAsNearAsNoiseAllows) {
  // A bowl with ripples of 1e-3 that no finite difference could see through.
  const Outcome outcome =
      RunOf(FromText("sum((x-1)**2) + 1e-3*sin(1e5*x[0])*cos(1e5*x[1])", 2), From(Point({5, -4})));

  EXPECT_LT(outcome.best.value, 5e-3);
}

TEST(NelderMead, AvoidsWhereTheObjectiveIsNotANumber) {
  const Outcome outcome = RunOf(FromText("x[0] - log(x[0]) + (x[1]-1)**2", 2), From(Point({3, 3})));

  EXPECT_NEAR(outcome.best.x[0], 1, 1e-6);
  for (const auto& iterate : outcome.iterates) EXPECT_TRUE(std::isfinite(iterate.value));
}

TEST(NelderMead, HasNoVertexForAFixedCoordinate) {
  DescentSettings settings = From(Point({0, 2}));
  settings.bounds = {Point({-5, 2}), Point({5, 2})};
  const Outcome outcome = RunOf(FromText("(x[0]-x[1])**2", 2), settings);
  EXPECT_NEAR(outcome.best.x[0], 2, 1e-7);

  settings.bounds = {Point({0, 2}), Point({0, 2})};
  const Outcome fixed = RunOf(FromText("(x[0]-x[1])**2", 2), settings);
  EXPECT_EQ(fixed.reason.criterion, "simplex_size");
  EXPECT_EQ(fixed.iterates.back().iteration, 1);
}

TEST(NelderMead, IsRefusedBeforeItsSimplexWouldFillTheMemory) {
  const Index n = 1'000'000;
  const auto refused = Descent::Create(testing::Make(n, [](const Vector&, Vector*) { return 0.0; }),
                                       From(Vector::Zero(n)));

  const auto violations = ViolationsOf(refused.status());
  ASSERT_EQ(violations.size(), 1U);
  EXPECT_EQ(violations[0].field, "optimizer.kind");
  EXPECT_NE(violations[0].description.find("up to 4096 coordinates, and this problem has 1000000"),
            std::string::npos);
}

TEST(NelderMead, RefusesASimplexOfNoSize) {
  const auto made =
      MakeFrom(Optimizers(), "optimizer", Part{"nelder_mead", {{"initial_step", 0.0}}});

  EXPECT_EQ(made.status().message(),
            "settings[initial_step]: initial_step and relative_step must not both be 0: the "
            "simplex would be a point");
}

}  // namespace
}  // namespace thalweg
