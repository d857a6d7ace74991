#include "server/studies/table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

// Tables of a few runs, worked out by hand.
namespace thalweg::studies {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::optional<Cost> Never() { return std::nullopt; }

std::optional<Cost> After(double evaluations) {
  return Cost{evaluations / 2, evaluations, evaluations / 1000};
}

Attempt Tried(size_t arm, size_t instance, double spent, std::vector<std::optional<Cost>> reached,
              double best = 0) {
  return {arm, instance, 10, best, *After(spent), "converged", std::move(reached)};
}

const std::vector<Target> kTwoTargets = {{1e-1, 0}, {1e-3, 0}};

TEST(Targets, AreTheGivenOnesLoosestFirstOrTheDerived) {
  const std::vector<Target> given = TargetsFor({1, 5, 3});
  EXPECT_EQ(given[0].value, 5);
  EXPECT_EQ(given[2].value, 1);
  const std::vector<Target> derived = TargetsFor({});
  ASSERT_EQ(derived.size(), 4U);
  EXPECT_EQ(derived[3].tau, 1e-8);
}

TEST(Targets, LieBetweenTheBestOfTheStudyAndTheStart) {
  EXPECT_DOUBLE_EQ(ValueOf({0.1, 0}, /*start_value=*/11, /*best_of_study=*/1), 2);
  EXPECT_EQ(ValueOf({0, 7}, 11, 1), 7);
}

TEST(Table, DividesWhatAllRunsSpentByHowManySucceeded) {
  // Two of three runs reach the target, after 10 and 20 evaluations; the third spends 60 in vain.
  const std::vector<Attempt> attempts = {Tried(0, 0, 30, {After(10)}), Tried(0, 1, 40, {After(20)}),
                                         Tried(0, 2, 60, {Never()})};

  const ArmAtTarget at = Tabulate({{1e-1, 0}}, attempts, {"a"}, 2).arms[0].targets[0];

  EXPECT_DOUBLE_EQ(at.success_rate, 2.0 / 3);
  EXPECT_DOUBLE_EQ(at.expected->evaluations, (10 + 20 + 60) / 2.0);
  EXPECT_DOUBLE_EQ(at.expected->iterations, 45 / 2.0);
  EXPECT_DOUBLE_EQ(at.expected->seconds, 0.045);
}

TEST(Table, RanksByTheTightestTargetThenByEvaluationsThenByTheValue) {
  const std::vector<Attempt> attempts = {
      Tried(0, 0, 50, {After(5), Never()}),  // quick, but not exact
      Tried(1, 0, 90, {After(40), After(80)}),
      Tried(2, 0, 90, {After(30), After(60)}),
      Tried(3, 0, 90, {Never(), Never()}, /*best=*/8),
      Tried(4, 0, 90, {Never(), Never()}, /*best=*/9),
      Tried(5, 0, 50, {After(70), After(80)}),  // as arm 1 where it counts
  };

  const Results results = Tabulate(kTwoTargets, attempts, {"a", "b", "c", "d", "e", "f"}, 2);

  std::vector<int64_t> ranks;
  for (const ArmResult& arm : results.arms) ranks.push_back(arm.rank);
  EXPECT_THAT(ranks, ElementsAre(4, 2, 1, 5, 6, 2));
}

TEST(Table, SaysWhoWonAndByHowMuch) {
  const std::vector<Attempt> attempts = {Tried(0, 0, 99, {After(20), After(90)}),
                                         Tried(1, 0, 99, {After(10), After(30)})};

  const std::optional<Winner> winner = Tabulate(kTwoTargets, attempts, {"a", "b"}, 2).winner;

  ASSERT_TRUE(winner);
  EXPECT_EQ(winner->arm, 1U);
  EXPECT_EQ(winner->runner_up, 0U);
  EXPECT_EQ(winner->target, 1U);
  EXPECT_DOUBLE_EQ(winner->margin, 3);
  EXPECT_FALSE(winner->tie);
  EXPECT_EQ(winner->sentence,
            "b wins: 3 times fewer evaluations than a to reach 0.001 of the gap between start and "
            "best (30 against 90).");
}

TEST(Table, CallsATieATie) {
  const std::vector<Attempt> attempts = {Tried(0, 0, 200, {After(100)}),
                                         Tried(1, 0, 200, {After(101)})};

  const std::optional<Winner> winner = Tabulate({{0, 3}}, attempts, {"a", "b"}, 2).winner;

  EXPECT_TRUE(winner->tie);
  EXPECT_EQ(winner->sentence, "a and b tie: 100 against 101 evaluations to reach the target 3.");
}

TEST(Table, SaysWhatTheWinnerAloneReached) {
  const std::vector<Attempt> attempts = {Tried(0, 0, 99, {After(40), After(90)}),
                                         Tried(1, 0, 99, {After(10), Never()})};

  const std::optional<Winner> winner = Tabulate(kTwoTargets, attempts, {"a", "b"}, 2).winner;

  EXPECT_EQ(winner->arm, 0U);
  EXPECT_EQ(winner->target, 0U);
  EXPECT_DOUBLE_EQ(winner->margin, 0.25);  // which the sentence does not hide
  EXPECT_FALSE(winner->tie);
  EXPECT_THAT(winner->sentence, HasSubstr("it alone reached 0.001"));
  EXPECT_THAT(winner->sentence, HasSubstr("40 against 10 evaluations of b"));
}

TEST(Table, HasNoWinnerWhereNothingWasReached) {
  EXPECT_FALSE(Tabulate({{0, 3}}, {Tried(0, 0, 9, {Never()})}, {"a"}, 2).winner);
  EXPECT_FALSE(Tabulate({{0, 3}}, {}, {"a"}, 2).winner);  // all runs are gone
}

TEST(Table, CountsEndingsAndTakesMedians) {
  std::vector<Attempt> attempts;
  for (const double best : {4.0, 1.0, 2.0, 9.0}) attempts.push_back(Tried(0, 0, 1, {}, best));
  attempts[3].ending = "diverged";

  const ArmResult arm = Tabulate({}, attempts, {"a"}, 2).arms[0];

  EXPECT_EQ(arm.best_value, 1);
  EXPECT_EQ(arm.median_value, 3);
  EXPECT_THAT(arm.endings, ElementsAre(std::pair("converged", 3), std::pair("diverged", 1)));
}

TEST(Profiles, CompareWithTheBestArmAndWithABudget) {
  // Instance 0: 6 and 12 evaluations; instance 1: the second arm fails. n = 2: units of 3.
  const std::vector<Attempt> attempts = {Tried(0, 0, 99, {After(6)}), Tried(1, 0, 99, {After(12)}),
                                         Tried(0, 1, 99, {After(24)}), Tried(1, 1, 99, {Never()})};

  const Results results = Tabulate({{0, 1}}, attempts, {"a", "b"}, 2);

  EXPECT_DOUBLE_EQ(results.ratios[2], 2);
  EXPECT_EQ(results.arms[0].performance[0], 1);
  EXPECT_EQ(results.arms[1].performance[0], 0);
  EXPECT_EQ(results.arms[1].performance[2], 0.5);  // within twice the best
  EXPECT_EQ(results.arms[1].performance.back(), 0.5);
  EXPECT_THAT(results.budgets, ElementsAre(2, 4, 8));
  EXPECT_THAT(results.arms[0].data, ElementsAre(0.5, 0.5, 1));
  EXPECT_THAT(results.arms[1].data, ElementsAre(0, 0.5, 0.5));
}

}  // namespace
}  // namespace thalweg::studies
