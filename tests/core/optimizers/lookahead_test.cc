#include "server/core/optimizers/lookahead.h"

#include "gtest/gtest.h"
#include "server/core/violation.h"
#include "tests/support/descending.h"
#include "tests/support/objectives.h"

namespace thalweg {
namespace {

using testing::After;
using testing::Point;
using testing::RunOf;

std::vector<testing::Recorded> On(const Part& optimizer) {
  return RunOf(testing::Quadratic2(),
               {.optimizer = optimizer, .stopping = {After(12)}, .start = Point({3, -2})})
      .iterates;
}

Part Over(const Part& inner, double period, double alpha) {
  return {"lookahead", {{"inner", std::vector<Part>{inner}}, {"period", period}, {"alpha", alpha}}};
}

const Part kDescent{"gradient_descent", {{"learning_rate", 0.1}}};

TEST(Lookahead, FollowsAPartOfTheWayAfterEachPeriod) {
  const auto inner = On(kDescent);
  const auto steps = On(Over(kDescent, 3, 0.25));

  EXPECT_EQ(steps[1].x, inner[1].x);
  EXPECT_EQ(steps[2].x, inner[2].x);
  EXPECT_EQ(steps[3].x, inner[0].x + 0.25 * (inner[3].x - inner[0].x));
  EXPECT_EQ(steps[3].evaluations.gradients, 1 + 3 + 1);
}

TEST(Lookahead, IsTheInnerMethodWhereItFollowsAllTheWay) {
  const Part adam{"adam", {{"learning_rate", 0.1}}};
  const auto inner = On(adam);
  const auto steps = On(Over(adam, 4, 1));

  for (size_t k = 0; k < steps.size(); ++k) {
    EXPECT_TRUE(steps[k].x.isApprox(inner[k].x, 1e-14)) << k;
  }
}

TEST(Lookahead, RefusesInnerMethodsThatKeepToTheirPath) {
  for (const char* kind : {"nelder_mead", "lookahead"}) {
    const auto made = MakeFrom(Optimizers(), "optimizer", Over({kind, {}}, 5, 0.5));
    const auto violations = ViolationsOf(made.status());

    ASSERT_EQ(violations.size(), 1U);
    EXPECT_EQ(violations[0].field, "settings[inner].kind");
  }
  const auto made = MakeFrom(Optimizers(), "optimizer", Over({"adam", {{"beta1", 2.0}}}, 5, 0.5));
  EXPECT_EQ(ViolationsOf(made.status())[0].field, "settings[inner].settings[beta1]");
}

}  // namespace
}  // namespace thalweg
