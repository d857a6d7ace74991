#include "server/core/optimizers/lshade.h"

#include <cmath>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/descending.h"
#include "tests/support/objectives.h"

namespace thalweg {
namespace {

using testing::After;
using testing::FromText;
using ::testing::HasSubstr;
using testing::Outcome;
using testing::Point;
using testing::Recorded;
using testing::RunOf;

std::unique_ptr<Objective> Rastrigin(Index n) {
  return FromText("sum(10 + x**2 - 10*cos(2*pi*x))", n);
}

DescentSettings InBox(Vector start, double half_width, std::map<std::string, Setting> settings,
                      int64_t most) {
  const Index n = start.size();
  return {.optimizer = {"lshade", std::move(settings)},
          .stopping = {After(most)},
          .start = std::move(start),
          .bounds = {Vector::Constant(n, -half_width), Vector::Constant(n, half_width)},
          .seed = 3};
}

int64_t EvaluationsOf(const Outcome& outcome, size_t k) {
  return outcome.iterates[k].evaluations.values - outcome.iterates[k - 1].evaluations.values;
}

int Restarts(const Outcome& outcome) {
  int count = 0;
  for (const Recorded& iterate : outcome.iterates) count += (iterate.flags & kRestarted) != 0;
  return count;
}

TEST(Lshade, ShrinksItsPopulationLinearlyWithTheEvaluationsOfABudget) {
  const Outcome outcome = RunOf(
      Rastrigin(4), InBox(Point({1, 2, 3, 4}), 5,
                          {{"population", 50.0}, {"budget", 2000.0}, {"most_restarts", 0.0}}, 150));

  EXPECT_EQ(EvaluationsOf(outcome, 1), 49);  // the start is known
  EXPECT_EQ(EvaluationsOf(outcome, 2), 50);
  for (size_t k = 3; k < outcome.iterates.size(); ++k) {
    const auto spent = static_cast<double>(outcome.iterates[k - 1].evaluations.values - 1);
    const double size = std::round(50 - 46 * std::min(1.0, spent / 2000));
    EXPECT_EQ(static_cast<double>(EvaluationsOf(outcome, k)), size) << k;
  }
  EXPECT_EQ(EvaluationsOf(outcome, 150), 4);
}

TEST(Lshade, EndsOnceADescentHasEndedWhereTheBestHad) {
  const Outcome outcome = RunOf(Rastrigin(2), InBox(Point({3.3, -2.7}), 5.12, {}, 100'000));

  EXPECT_EQ(outcome.reason.termination, Termination::kConverged);
  EXPECT_EQ(outcome.reason.criterion, "agreement");
  EXPECT_GE(Restarts(outcome), 1);
  EXPECT_LT(outcome.best.value, 1e-12);
}

TEST(Lshade, EndsWithItsOnlyDescentWhereItMayNotRestart) {
  const Outcome outcome =
      RunOf(Rastrigin(2), InBox(Point({3.3, -2.7}), 5.12, {{"most_restarts", 0.0}}, 100'000));

  EXPECT_EQ(outcome.reason.termination, Termination::kConverged);
  EXPECT_EQ(outcome.reason.criterion, "population_spread");
  EXPECT_LE(outcome.reason.measured, 1e-5);
  EXPECT_EQ(Restarts(outcome), 0);
}

TEST(Lshade, GivesEveryFurtherDescentTwiceTheBudget) {
  // Rosenbrock's valley is not left within such budgets: each descent uses all of its own.
  const Outcome outcome =
      RunOf(FromText("sum(100*(x[i+1]-x[i]**2)**2 + (1-x[i])**2 for i in range(5))", 6),
            InBox(Vector::Constant(6, -4), 5, {{"population", 40.0}, {"budget", 400.0}}, 400));

  std::vector<int64_t> begins;
  for (const Recorded& iterate : outcome.iterates) {
    if ((iterate.flags & kRestarted) != 0) begins.push_back(iterate.evaluations.values - 40);
  }
  ASSERT_GE(begins.size(), 3U);
  for (size_t i = 1; i < 3; ++i) {
    // To a generation, of 4 to 40 members.
    EXPECT_NEAR(static_cast<double>(begins[i] - begins[i - 1]), 400 * std::pow(2, i), 40);
  }
}

TEST(Lshade, NeverLosesAGoodStart) {
  const Outcome outcome = RunOf(Rastrigin(3), InBox(Point({0, 0, 0}), 5.12, {}, 50));

  EXPECT_EQ(outcome.best.x, Point({0, 0, 0}));
  EXPECT_EQ(outcome.best.iteration, 0);
  for (size_t k = 1; k < outcome.iterates.size(); ++k) {
    EXPECT_NE(outcome.iterates[k].flags & kRejected, 0U);
    EXPECT_EQ(outcome.iterates[k].value, 0);
  }
}

TEST(Lshade, GoesOnWhereHalfOfTheBoxHasNoValue) {
  const Outcome outcome =
      RunOf(FromText("(sqrt(x[0]) - 1)**2 + (log(x[1]))**2", 2), InBox(Point({4, 4}), 5, {}, 300));

  EXPECT_LT(outcome.best.value, 1e-10);
}

TEST(Lshade, SearchesAroundTheStartWhereThereIsNoBox) {
  DescentSettings settings{.optimizer = {"lshade", {{"initial_spread", 0.25}}},
                           .stopping = {After(1)},
                           .start = Point({100, -100}),
                           .seed = 1};
  const auto seen = [](const Vector& x) {
    EXPECT_LE((x - Point({100, -100})).cwiseAbs().maxCoeff(), 0.25);
  };
  const auto descent =
      testing::Begun(std::make_unique<testing::Watched>(Rastrigin(2), seen), settings);
  testing::Discard sink;
  descent->Advance(1, 0, nullptr, sink);

  EXPECT_EQ(descent->at().trials, 41);  // 30 sqrt(2) members, less the start
}

TEST(Lshade, RefusesAPopulationThatDoesNotFitTheMemory) {
  const auto descent = Descent::Create(
      FromText("sum(x**2)", 1000),
      {.optimizer = {"lshade", {{"population", 1e6}}}, .start = Vector::Zero(1000)});

  EXPECT_THAT(std::string(descent.status().message()), HasSubstr("up to 16 coordinates"));
}

}  // namespace
}  // namespace thalweg
