#include "server/core/bounds.h"

#include <limits>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "server/core/descent.h"
#include "server/core/violation.h"
#include "tests/support/descending.h"
#include "tests/support/objectives.h"

namespace thalweg {
namespace {

using ::testing::HasSubstr;
using testing::Point;

constexpr double kInf = std::numeric_limits<double>::infinity();

TEST(Bounds, AreNoneByDefault) {
  const Bounds bounds;
  Vector x = Point({-1e300, 1e300});
  bounds.Project(x);

  EXPECT_FALSE(bounds.any());
  EXPECT_TRUE(bounds.Contains(x));
  EXPECT_EQ(x, Point({-1e300, 1e300}));
}

TEST(Bounds, ProjectToTheNearestPointOfTheBox) {
  const Bounds bounds{Point({0, -kInf, 3}), Point({1, 2, 3})};
  Vector x = Point({-5, 7, 4});
  bounds.Project(x);

  EXPECT_EQ(x, Point({0, 2, 3}));
  EXPECT_TRUE(bounds.Contains(x));
  EXPECT_FALSE(bounds.finite());
}

TEST(Bounds, CutAStepAgainstTheGradientAtTheWalls) {
  const Bounds bounds{Point({0, 0}), Point({1, kInf})};
  Vector step;
  bounds.ProjectedStep(Point({0.25, 4}), Point({2, -3}), step);

  EXPECT_EQ(step, Point({-0.25, 3}));
}

absl::Status Creating(const Bounds& bounds, const Vector& start) {
  return Descent::Create(testing::Quadratic2(),
                         {.optimizer = {"gradient_descent", {}}, .start = start, .bounds = bounds})
      .status();
}

TEST(Bounds, OfWrongSizeAreRefused) {
  const auto violations = ViolationsOf(Creating({Point({0}), Point({1})}, Point({0, 0})));

  ASSERT_EQ(violations.size(), 1U);
  EXPECT_EQ(violations[0].field, "bounds");
  EXPECT_THAT(violations[0].description, HasSubstr("expected 2 coordinates, got 1 lower"));
}

TEST(Bounds, ThatCrossAreRefused) {
  const auto violations = ViolationsOf(Creating({Point({0, 2}), Point({1, 1})}, Point({0, 1})));

  ASSERT_FALSE(violations.empty());
  EXPECT_EQ(violations[0].field, "bounds");
  EXPECT_THAT(violations[0].description, HasSubstr("x[1] must lie between 2 and 1"));
}

}  // namespace
}  // namespace thalweg
