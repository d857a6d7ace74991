#include "server/core/constraint_spec.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "server/core/violation.h"

namespace thalweg {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr double kInf = std::numeric_limits<double>::infinity();

Layout XOf(Index n) { return *Layout::Of({{.name = "x", .scalar = false, .length = n}}); }

Constraints Built(std::vector<std::string> texts, Index n = 3) {
  ObjectiveSpec spec{.parameters = {{"A", {false, {1, 2, 3, 4, 5, 6}, 3}}, {"b", {false, {7, 8}}}}};
  for (std::string& text : texts) spec.constraints.push_back({.expression = std::move(text)});
  auto built = BuildConstraints(spec, XOf(n));
  EXPECT_TRUE(built.ok()) << built.status();
  return built.ok() ? *std::move(built) : Constraints();
}

Violation RefusalOf(ConstraintSpec constraint) {
  ObjectiveSpec spec;
  spec.constraints = {{.expression = "x[0] >= 0"}, std::move(constraint)};
  const auto violations = ViolationsOf(BuildConstraints(spec, XOf(3)).status());
  EXPECT_EQ(violations.size(), 1U);
  return violations.empty() ? Violation() : violations.front();
}

Vector ValuesAt(Constraints& constraints, const Vector& x) {
  Vector values;
  EXPECT_TRUE(constraints.Values(x, values).ok());
  return values;
}

TEST(Constraints, ReadTheirBoundsFromAComparison) {
  Constraints constraints =
      Built({"x[0]**2 + x[1] <= 4", "x[2] >= -1", "3 == x[0]", "-1 < x[1] < 2", "2 >= x[1] >= 1"});

  EXPECT_THAT(constraints.lower(), ElementsAre(-kInf, -1, 3, -1, 1));
  EXPECT_THAT(constraints.upper(), ElementsAre(4, kInf, 3, 2, 2));
  EXPECT_THAT(ValuesAt(constraints, Vector{{2, 1, 5}}), ElementsAre(5, 5, 2, 1, 1));
}

TEST(Constraints, CompareTwoFormulasByTheirDifference) {
  Constraints constraints = Built({"x[0] <= x[1] - x[2]", "x[0] == 2*x[1]  # twice"});

  EXPECT_THAT(constraints.lower(), ElementsAre(-kInf, 0));
  EXPECT_THAT(constraints.upper(), ElementsAre(0, 0));
  EXPECT_THAT(ValuesAt(constraints, Vector{{5, 2, 1}}), ElementsAre(4, 1));
}

TEST(Constraints, LeaveComparisonsInsideBracketsToTheFormula) {
  Constraints constraints = Built({"where(x[0] > 0, x[0], 0) <= (1 if x[1] > 0 else 2)"});

  EXPECT_THAT(ValuesAt(constraints, Vector{{5, -1, 0}}), ElementsAre(3));
}

TEST(Constraints, SeeTheLinesBeforeTheLast) {
  Constraints constraints = Built({"s = sum(x**2)\nf(t) = t + 1\nf(s) <= 10"});

  EXPECT_THAT(constraints.upper(), ElementsAre(10));
  EXPECT_THAT(ValuesAt(constraints, Vector{{1, 2, 3}}), ElementsAre(15));
}

TEST(Constraints, OfArraysHoldForEveryNumber) {
  Constraints constraints = Built({"A @ x <= b", "x >= 0"});

  EXPECT_THAT(constraints.upper().head(2), ElementsAre(0, 0));
  EXPECT_THAT(ValuesAt(constraints, Vector{{1, 1, -2}}), ElementsAre(-10, -11, 1, 1, -2));
  EXPECT_EQ(constraints.NameOf(1), "A @ x <= b[1]");
}

TEST(Constraints, WithForHoldForEveryTurn) {
  Constraints constraints = Built({"x[i] <= x[i+1] for i in range(n-1)"});
  const Vector x{{3, 1, 2}};
  Vector values;
  Matrix gradients;
  ASSERT_TRUE(constraints.ValuesAndGradients(x, values, gradients).ok());

  EXPECT_THAT(values, ElementsAre(2, -1));
  EXPECT_EQ(gradients, (Matrix{{1, 0}, {-1, 1}, {0, -1}}));
  EXPECT_EQ(constraints.Violation(values), 2);
}

TEST(Constraints, MayHaveTheirBoundsBesideThem) {
  ObjectiveSpec spec;
  spec.constraints = {{"ring", "x[0]**2 + x[1]**2", 1, 4}};
  const auto built = BuildConstraints(spec, XOf(2));
  ASSERT_TRUE(built.ok()) << built.status();
  EXPECT_THAT(built->lower(), ElementsAre(1));
  EXPECT_THAT(built->upper(), ElementsAre(4));
  EXPECT_EQ(built->NameOf(0), "ring");
}

TEST(Constraints, SayByHowMuchTheyAreMissed) {
  Constraints constraints = Built({"1 <= x[0] <= 2", "x[1] == 3"});

  EXPECT_EQ(constraints.Violation(Vector{{1.5, 3}}), 0);
  EXPECT_EQ(constraints.Violation(Vector{{2.5, 3}}), 0.5);
  EXPECT_EQ(constraints.Violation(Vector{{0, 3.5}}), 1);
  EXPECT_EQ(constraints.Miss(Vector{{0, 3}}, 0), -1);
  EXPECT_TRUE(std::isnan(constraints.Violation(Vector{{NAN, 5}})));
}

TEST(Constraints, AreRefusedWithTheirPlace) {
  const Violation unknown = RefusalOf({.expression = "x[0] + y <= x[1]"});
  EXPECT_EQ(unknown.field, "constraints[1].expression");
  EXPECT_THAT(unknown.description, HasSubstr("line 1, column 8"));
  EXPECT_EQ(RefusalOf({.expression = "x[0]"}).reason, Reason::kMissingField);
  EXPECT_THAT(RefusalOf({.expression = "x[0] != 1"}).description, HasSubstr("!="));
  EXPECT_THAT(RefusalOf({.expression = "x[0] <= x[1] <= x[2]"}).description,
              HasSubstr("write several"));
  EXPECT_THAT(RefusalOf({.expression = "x[0] if x[1] > 0 else 1 <= 2"}).description,
              HasSubstr("brackets"));
  EXPECT_THAT(RefusalOf({.expression = ""}).description, HasSubstr("empty"));
  EXPECT_EQ(RefusalOf({.expression = "x[0] <= 1", .upper = 2}).field, "constraints[1].upper");
  EXPECT_EQ(RefusalOf({.expression = "x[0]", .lower = 3, .upper = 2}).field,
            "constraints[1].upper");
}

TEST(Constraints, AreRefusedWhereTheirDerivativesWouldNotFit) {
  ObjectiveSpec spec;
  spec.constraints = {{.expression = "x >= 0"}};
  const auto refused = ViolationsOf(BuildConstraints(spec, XOf(9'999)).status());
  ASSERT_EQ(refused.size(), 1U);
  EXPECT_EQ(refused[0].reason, Reason::kQuotaExceeded);
}

}  // namespace
}  // namespace thalweg
