#include "server/studies/halving.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "server/core/violation.h"

namespace thalweg::studies {
namespace {

using testing::ElementsAre;

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

std::string FieldOf(const absl::Status& status) {
  const std::vector<Violation> violations = ViolationsOf(status);
  return violations.empty() ? "" : violations[0].field;
}

TEST(Rungs, ShareTheBudgetEquallyAndEachItsShareAmongTheRuns) {
  const auto rungs = PlanRungs(/*arms=*/9, /*instances=*/2, /*budget=*/1080, Halving{3, 0});

  ASSERT_TRUE(rungs.ok()) << rungs.status();
  // 540 for 18 runs; then 540 for 6.
  EXPECT_THAT(*rungs, ElementsAre(Rung{9, 30}, Rung{3, 120}));
}

TEST(Rungs, AreAsManyAsItTakesToLeaveOneArm) {
  std::vector<int64_t> arms;
  const auto rungs = PlanRungs(16, 1, 6400, Halving{2, 0});
  for (const Rung& rung : *rungs) arms.push_back(rung.arms);
  EXPECT_THAT(arms, ElementsAre(16, 8, 4, 2));
}

TEST(Rungs, WithoutHalvingAreOneForAll) {
  EXPECT_THAT(*PlanRungs(7, 3, 2100, std::nullopt), ElementsAre(Rung{7, 100}));
}

TEST(Rungs, RefuseWhatCannotBeShared) {
  EXPECT_EQ(FieldOf(PlanRungs(9, 1, 20, Halving{3, 0}).status()), "budget");
  EXPECT_EQ(FieldOf(PlanRungs(9, 1, 900, Halving{1, 0}).status()), "halving.eta");
  EXPECT_EQ(FieldOf(PlanRungs(9, 1, 900, Halving{3, 3}).status()), "halving.rungs");
}

TEST(Promotion, GoesByTheMedianOfRanksOverInstances) {
  // Arm 1 has one lucky instance; arm 2 is second everywhere but once, arm 0 first twice.
  const std::vector<std::vector<double>> values = {{1, 1, 9},   // ranks 1, 1, 3: median 1
                                                   {8, 8, 0},   // ranks 3, 3, 1: median 3
                                                   {2, 2, 2}};  // ranks 2, 2, 2: median 2

  EXPECT_THAT(Promoted({0, 1, 2}, values, 2), ElementsAre(0, 2));
  EXPECT_THAT(Promoted({1, 2}, values, 1), ElementsAre(2));
}

TEST(Promotion, PutsWhatIsNotFiniteLastAndKeepsTheFirstOfEquals) {
  EXPECT_THAT(Promoted({0, 1, 2}, {{kNan}, {5}, {5}}, 1), ElementsAre(1));
  EXPECT_THAT(Promoted({0, 1}, {{kNan}, {-kNan}}, 1), ElementsAre(0));
}

}  // namespace
}  // namespace thalweg::studies
