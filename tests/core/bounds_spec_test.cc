#include "server/core/bounds_spec.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "server/core/violation.h"

namespace thalweg {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;

constexpr double kInf = std::numeric_limits<double>::infinity();

Layout XAndB() { return *Layout::Of({{.name = "x", .scalar = false, .length = 3}, {.name = "b"}}); }

TEST(BoundsOf, AreNoneWhereNoneAreGiven) {
  const auto bounds = BoundsOf({}, XAndB());
  ASSERT_TRUE(bounds.ok());
  EXPECT_FALSE(bounds->any());
}

TEST(BoundsOf, TakesOneNumberForEveryCoordinateAndLeavesTheRestOpen) {
  const auto bounds = BoundsOf({.lower = {{"x", {-1}}}, .upper = {{"x", {1, kInf, 3}}}}, XAndB());
  ASSERT_TRUE(bounds.ok()) << bounds.status();
  EXPECT_THAT(bounds->lower, ElementsAre(-1, -1, -1, -kInf));
  EXPECT_THAT(bounds->upper, ElementsAre(1, kInf, 3, kInf));
}

TEST(BoundsOf, SaysEverythingThatIsWrongAtOnce) {
  const auto bounds =
      BoundsOf({.lower = {{"x", {0, 0}}, {"c", {1}}, {"b", {2}}}, .upper = {{"b", {1}}}}, XAndB());
  const auto violations = ViolationsOf(bounds.status());
  ASSERT_THAT(violations, SizeIs(3));
  EXPECT_EQ(violations[0].field, "lower.x");
  EXPECT_THAT(violations[0].description, HasSubstr("expected 1 or 3 values, got 2"));
  EXPECT_EQ(violations[1].field, "lower.c");
  EXPECT_EQ(violations[2].field, "upper.b");
  EXPECT_THAT(violations[2].description, HasSubstr("less than the lower bound 2"));
}

TEST(BoundsOf, RefusesASideThatLeavesNoFiniteNumber) {
  EXPECT_EQ(ViolationsOf(BoundsOf({.lower = {{"b", {kInf}}}}, XAndB()).status()).at(0).field,
            "lower.b");
  EXPECT_EQ(ViolationsOf(BoundsOf({.upper = {{"b", {-kInf}}}}, XAndB()).status()).at(0).field,
            "upper.b");
}

TEST(TakeUsualBox, GivesATestFunctionItsBoxAndAnExpressionNone) {
  ObjectiveSpec spec{.function = "beale"};
  const Layout layout = *Layout::Of({{.name = "x"}, {.name = "y"}});
  TakeUsualBox(layout, spec);
  const auto bounds = BoundsOf(spec, layout);
  ASSERT_TRUE(bounds.ok()) << bounds.status();
  EXPECT_THAT(bounds->lower, ElementsAre(-4.5, -4.5));
  EXPECT_THAT(bounds->upper, ElementsAre(4.5, 4.5));

  ObjectiveSpec formula{.expression = "x + y"};
  TakeUsualBox(layout, formula);
  EXPECT_TRUE(formula.lower.empty());
}

}  // namespace
}  // namespace thalweg
