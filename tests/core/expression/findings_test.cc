#include "server/core/expression/findings.h"

#include "gmock/gmock.h"
#include "server/core/expression/report.h"
#include "server/core/functions/catalogue.h"
#include "tests/core/expression/formula.h"

namespace thalweg::expression {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::vector<std::string> Find(const std::string& text, std::vector<Variable> variables = Scalars(),
                              Parameters parameters = {}) {
  return ReportOn(*Formula(text, std::move(variables), std::move(parameters)).compiled).findings;
}
/// About x alone, between `low` and `high`.
std::vector<std::string> FindWithin(const std::string& text, double low, double high) {
  const Formula f(text, {Scalar("x")});
  return ReportOn(*f.compiled, Point({low}), Point({high})).findings;
}

TEST(Findings, NameWhatIsNotUsed) {
  EXPECT_THAT(Find("w = x + 1\nx*y", Scalars(), {{"a", {true, {1}}}}),
              ElementsAre("variable 'z' is not used", "parameter 'a' is not used",
                          "line 1, column 1: local 'w' is not used"));
  EXPECT_THAT(Find("x[0]*x[2]", {VectorOf("x", 6)}),
              ElementsAre("the objective does not depend on x[1] and 3 more of 'x'"));
  EXPECT_THAT(Find("sum(x[i]*x[i+1] for i in range(n-1))", {VectorOf("x", 6)}), IsEmpty());
}

TEST(Findings, NameADivisionByWhatMayBeZero) {
  EXPECT_THAT(Find("x*y + z/(x - 1)"),
              ElementsAre("line 1, column 7: 'z/(x - 1)' divides by '(x - 1)', which may be 0"));
  EXPECT_THAT(Find("x*y + 1/z**2"), ElementsAre(HasSubstr("divides by 'z**2', which may be 0 (it "
                                                          "lies in [0, inf])")));
  EXPECT_THAT(Find("x*y + z**-2"), ElementsAre(HasSubstr("divides by something that may be 0")));
  EXPECT_THAT(Find("x*y*z/0"), ElementsAre(HasSubstr("'x*y*z/0' divides by 0")));
}

TEST(Findings, KnowWhatCannotBeZero) {
  for (const char* text :
       {"x*y*z/(1 + x**2)", "x*y*z/exp(x)", "x*y*z/(x**2 + y**2 + 1e-9)", "x*y*z/(2 + sin(x))",
        "x*y*z/(abs(x) + cosh(y))", "x*y*z/3", "x*y*z/where(x != 0, x, 1)", "x*y*z/max(1, x)",
        "x*y*z/clip(x, 1, 2)", "where(x > 0, y/x, z)", "(y/x if x > 0 else z)"}) {
    EXPECT_THAT(Find(text), IsEmpty()) << text;
  }
  EXPECT_THAT(Find("sum(x)/norm(1 + x**2)", {VectorOf("x", 3)}), IsEmpty());
  EXPECT_THAT(Find("mean(x[i] for i in range(n) if i > 1) + x[0] + x[1]", {VectorOf("x", 3)}),
              IsEmpty());
}

TEST(Findings, TakeBoundsIntoAccount) {
  EXPECT_THAT(FindWithin("1/(x - 1)", 2, 3), IsEmpty());
  EXPECT_THAT(FindWithin("1/(x - 1)", 0, 3),
              ElementsAre(HasSubstr("which may be 0 (it lies in [-1, 2])")));
  EXPECT_THAT(FindWithin("log(x)", 0.1, 3), IsEmpty());
  EXPECT_THAT(FindWithin("sqrt(1 - x)", -4, 1), IsEmpty());
}

TEST(Findings, NameArgumentsOutsideOfTheirDomain) {
  EXPECT_THAT(Find("x*y + log(z)"),
              ElementsAre("line 1, column 7: 'log(z)' needs its argument 'z' in (0, inf), but it "
                          "may be outside"));
  EXPECT_THAT(FindWithin("sqrt(x)", -1, 4),
              ElementsAre(HasSubstr("in [0, inf), but it may be outside (it lies in [-1, 4])")));
  EXPECT_THAT(FindWithin("asin(x)", -1, 1), IsEmpty());
  EXPECT_THAT(FindWithin("asin(x)", -1, 1.5), ElementsAre(HasSubstr("in [-1, 1]")));
  EXPECT_THAT(FindWithin("log1p(x)", -0.5, 1.5), IsEmpty());
  EXPECT_THAT(FindWithin("log(1 + exp(x))", -900, 900), IsEmpty());
  EXPECT_THAT(FindWithin("x**1.5", -1, 1), ElementsAre(HasSubstr("a power that is not whole")));
  EXPECT_THAT(FindWithin("x**1.5 + (x + 2)**x", 1, 2), IsEmpty());
}

TEST(Findings, NameStepsWithoutASlope) {
  EXPECT_THAT(Find("x*y + floor(z)"), ElementsAre(HasSubstr("'floor(z)' is flat")));
  EXPECT_THAT(Find("x*y + z*sign(x)"), ElementsAre(HasSubstr("'sign(x)' is flat")));
  EXPECT_THAT(Find("x*y*z + floor(2.5)"), IsEmpty());
}

TEST(Findings, NameAnEqualityOfWhatVaries) {
  EXPECT_THAT(Find("where(x == 1, y, z)"), ElementsAre(HasSubstr("'x == 1' compares numbers")));
  EXPECT_THAT(Find("where(x == 0, 1, sin(x)/x*y*z)"), testing::SizeIs(0));
  EXPECT_THAT(Find("sum(x[i] for i in range(n) if i != 3) + x[3] + norm(x)", {VectorOf("x", 5)}),
              IsEmpty());
}

TEST(Findings, NameConstantsThatSwallowTheRest) {
  EXPECT_THAT(Find("x*y*z + 1e18"),
              ElementsAre(HasSubstr("adds 1e+18, beside which changes below 64 are lost")));
  EXPECT_THAT(Find("x*y*z*1e18 + 1e6"), IsEmpty());
}

TEST(Findings, AreTwentyAtMost) {
  std::string text = "x*y*z";
  for (int i = 0; i < 100; ++i) text += " + log(x - " + std::to_string(i) + ")";
  EXPECT_EQ(Find(text).size(), 20U);
}

TEST(Findings, SayNothingOfTestFunctionsThatAreFiniteEverywhere) {
  int silent = 0;
  for (const TestFunction& function : TestFunctions()) {
    const Formula f(function.expression, VariablesOf(function, function.dimensions.usual));
    silent += ReportOn(*f.compiled).findings.empty() ? 1 : 0;
  }
  EXPECT_GT(silent, static_cast<int>(TestFunctions().size()) * 3 / 4);
}

}  // namespace
}  // namespace thalweg::expression
