// What is said where a value or a derivative is not finite.

#include <chrono>
#include <cmath>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "tests/core/expression/formula.h"

namespace thalweg::expression {
namespace {

using testing::AllOf;
using testing::HasSubstr;

std::string OfVector(const std::string& text, std::vector<double> x, Parameters parameters = {}) {
  Formula f(text, {VectorOf("x", static_cast<Index>(x.size()))}, std::move(parameters));
  return f.Explain(Point(std::move(x)));
}

TEST(Explanation, NamesTheSubexpressionAndItsArguments) {
  Formula log("1 + 2*log(x)", {Scalar("x")});
  EXPECT_EQ(log.Explain(Point({-1})), "log(x) is nan at line 1, column 7: its argument is x = -1");
  EXPECT_EQ(log.Explain(Point({1})), "");

  Formula ratio("a = x - 1\n(x + 3)/a", {Scalar("x")});
  EXPECT_EQ(ratio.Explain(Point({1})),
            "(x + 3)/a is inf at line 2, column 1: its operands are 4 and 0");
}

TEST(Explanation, NamesTheLoopVariablesAndTheCoordinate) {
  EXPECT_EQ(OfVector("sum(sqrt(x[i] - 1) for i in range(n))", {1, 2, 0.5, 0}),
            "sqrt(x[i] - 1) is nan at line 1, column 5 (i = 2): its argument is -0.5");
  EXPECT_EQ(OfVector("sum(log(x[i]) for i in range(1, n, 2))", {-1, 2, -1, -4}),
            "log(x[i]) is nan at line 1, column 5 (i = 3): its argument is x[3] = -4");
  EXPECT_EQ(
      OfVector("sum(x[i]/(x[j] - 1) for i in range(2, n) for j in range(i, 0, -1))", {1, 2, 1, 4}),
      "x[i]/(x[j] - 1) is inf at line 1, column 5 (i = 2, j = 2): its operands are x[2] = 1 "
      "and 0");
}

TEST(Explanation, NumbersTheElementsOfVectors) {
  EXPECT_EQ(OfVector("sum(log(x))", {1, 2, -3}),
            "log(x) is nan at line 1, column 5 (element 2): its argument is x[2] = -3");
  EXPECT_EQ(OfVector("max(1/x) + 1", {1, 0, 3}).substr(0, 48),
            "1/x is inf at line 1, column 5 (element 1): its ");
}

TEST(Explanation, FollowsLocalsThatAreKept) {
  EXPECT_EQ(OfVector("y = log(x)\nsum(y*y) + sum(y[i]*y[i+1] for i in range(n-1))", {1, 2, -3, 4}),
            "log(x) is nan at line 1, column 5 (element 2): its argument is x[2] = -3");
}

TEST(Explanation, FollowsGathers) {
  EXPECT_EQ(
      OfVector("sum(log(x[p[i]]) for i in range(3))", {1, 2, -3}, {{"p", {false, {0, 2, 1}}}}),
      "log(x[p[i]]) is nan at line 1, column 5 (i = 1): its argument is x[2] = -3");
}

TEST(Explanation, SkipsBranchesNotTaken) {
  Formula f("where(x > 0, 1, log(x)) + where(x > 0, log(x), 1)*exp(1000*y)",
            {Scalar("x"), Scalar("y")});
  EXPECT_EQ(f.Explain(Point({2, 1})),
            "exp(1000*y) is inf at line 1, column 51: its argument is 1000");
}

TEST(Explanation, SaysWhenOnlyTheSumIsTooLarge) {
  EXPECT_EQ(OfVector("sum(exp(x[i]) for i in range(n))", {709.5, 709.5, 709.5}),
            "sum(exp(x[i]) for i in range(n)) is inf at line 1, column 1: every turn is finite, "
            "together they are not");
}

TEST(Explanation, CoversDerivativesWhereTheValueIsFinite) {
  Formula f("sqrt(x)", {Scalar("x")});
  EXPECT_EQ(f.Explain(Point({0})),
            "the derivative of sqrt(x) is inf at line 1, column 1: its argument is x = 0");
  EXPECT_EQ(OfVector("sum(x[i]*sum(sqrt(x[j]) for j in range(i)) for i in range(n))", {1, 2, 0, 4}),
            "the derivative of sqrt(x[j]) is inf at line 1, column 14 (i = 3, j = 2): its argument "
            "is x[2] = 0");
  EXPECT_EQ(OfVector("prod(1 + sqrt(x))", {1, 0, 4}),
            "the derivative of sqrt(x) is inf at line 1, column 10 (element 1): its argument is "
            "x[1] = 0");
}

TEST(Explanation, CoversDerivativesOfLocalsThatAreKept) {
  EXPECT_THAT(OfVector("y = sqrt(x)\nsum(y*y) + sum(y[i]*y[i+1] for i in range(n-1))", {1, 0, 4}),
              AllOf(HasSubstr("the derivative of sqrt(x) is inf at line 1, column 5 (element 1)"),
                    HasSubstr("x[1] = 0")));
}

/// Not a limit of time but of growth: the same question about n and 8n turns.
TEST(Explanation, CostsAFewEvaluations) {
  const auto seconds = [](int n) {
    Formula f(absl::StrCat("sum(x[i]*sum(sqrt(x[j]) for j in range(", n, ")) for i in range(", n,
                           ")) + sum(sin(x[0] + i) for i in range(", n, "))"),
              {VectorOf("x", n)});
    Vector x = Vector::Ones(n);
    x[n - 1] = 0;
    const auto start = std::chrono::steady_clock::now();
    EXPECT_THAT(f.Explain(x), HasSubstr(absl::StrCat("x[", n - 1, "] = 0")));
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  };
  // Turns grow by 64; a run again for each turn would take 512 to 4096 times as long.
  EXPECT_LT(seconds(1600), 300 * (seconds(200) + 1e-3));
}

}  // namespace
}  // namespace thalweg::expression
