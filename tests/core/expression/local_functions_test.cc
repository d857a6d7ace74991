// Functions that a formula defines: what they see, what they cost, and what is refused.

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "tests/core/expression/arrays.h"

namespace thalweg::expression {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::string MessageOf(const std::string& text, const Limits& limits = {}) {
  const absl::Status status = ErrorOf(text, Unknowns(), {}, limits);
  EXPECT_FALSE(status.ok()) << text.substr(0, 200);
  const std::string message(status.message());
  return message.substr(0, message.find('\n'));
}

double Of(const std::string& text) { return Formula(text, Unknowns()).Value(Here()); }

TEST(LocalFunction, MayBeWrittenInThreeWays) {
  EXPECT_EQ(Of("f(a, b) = a - 2*b\nf(5, s)"), 2);
  EXPECT_EQ(Of("f = lambda a, b: a - 2*b\nf(5, s)"), 2);
  EXPECT_EQ(Of("def f(a, b): return a - 2*b\nf(5, s)"), 2);
  EXPECT_EQ(Of("def f(a, b):\n    return a - 2*b\nf(5, s)"), 2);
}

TEST(LocalFunction, TakesArraysAndLoopVariables) {
  EXPECT_EQ(Of("f(a) = sum(a**2)\nf(A) - sum(A*A) + f(v) - v @ v"), 0);
  EXPECT_EQ(Of("f(i, j) = A[i, j]*v[j]\nsum(f(i, j) for i in range(3) for j in range(4))"),
            Of("sum(A @ v)"));
  EXPECT_EQ(Of("row(k) = A[k + 1]\nsum(sum(row(i)) for i in range(2))"), Of("sum(A[1:])"));
  EXPECT_EQ(Of("g(m) = sum(v[k] for k in range(m))\nsum(g(i + 1) for i in range(4))"),
            Of("sum(cumsum(v))"));
}

TEST(LocalFunction, SeesOnlyWhatStandsBeforeIt) {
  EXPECT_EQ(Of("a = 1\nf(x) = x + a\na = 100\nf(1)"), 2);
  EXPECT_THAT(MessageOf("f(x) = x + later\nlater = 1\nf(1)"), HasSubstr("unknown name 'later'"));
  EXPECT_THAT(MessageOf("f(x) = x + i\nsum(f(i) for i in range(3))"), HasSubstr("unknown name 'i'"))
      << "loop variables of the caller are not seen";
  EXPECT_EQ(Of("s2 = s\nf(s2) = 2*s2\nf(5) + s2"), 11.5) << "a parameter hides a local";
  EXPECT_EQ(Of("f(t) = sum(t*i for i in range(3))\nsum(f(i) for i in range(3))"), 9)
      << "two loops may have variables of one name";
}

TEST(LocalFunction, HasTheGradientOfItsBody) {
  const std::string twice = "f(a, b) = tanh(a @ b)\nsum(f(A, B)*f(A, B)) + sum(f(v, B))";
  const std::string once = "h = tanh(A @ B)\nsum(h*h) + sum(tanh(v @ B))";
  const Vector difference =
      Formula(twice, Unknowns()).Gradient(Here()) - Formula(once, Unknowns()).Gradient(Here());
  EXPECT_LT(difference.cwiseAbs().maxCoeff(), 1e-14);
}

TEST(LocalFunction, DoesNotCallItself) {
  EXPECT_EQ(MessageOf("f(a) = f(a - 1)\nf(1)"),
            "line 1, column 8: 'f' calls itself; functions are not recursive");
  EXPECT_THAT(MessageOf("f(a) = g(a)\ng(a) = f(a)\ng(1)"), HasSubstr("unknown function 'g'"));
}

TEST(LocalFunction, NamesBothPlacesOfAnError) {
  EXPECT_EQ(
      MessageOf("f(a, b) = sum(a*b)\n\n1 + f(v, u)"),
      "line 1, column 15: 'a' has shape (4,), 'b' has shape (3,); lengths must be equal or 1, "
      "counted from the last axis (in 'f' as called at line 3, column 5)");
  EXPECT_EQ(
      MessageOf("f(i) = v[i]\ng(i) = f(i + 1)\nsum(g(i) for i in range(4))"),
      "line 1, column 10: index 4 is outside 'v', whose length is 4 at i = 3 (in 'f' as called "
      "at line 2, column 8, in 'g' as called at line 3, column 5)");
}

TEST(LocalFunction, IsCheckedWhereItIsDefinedAndCalled) {
  EXPECT_EQ(MessageOf("f(a, b) = a\nf(1)"), "line 2, column 1: 'f' takes 2 arguments, got 1");
  EXPECT_EQ(MessageOf("sin(a) = a\nsin(1)"),
            "line 1, column 1: 'sin' is the name of a function; choose another name");
  EXPECT_EQ(MessageOf("v(a) = a\nv(1)"),
            "line 1, column 1: 'v' is already a variable or parameter");
  EXPECT_EQ(MessageOf("f(a, a) = a\nf(1, 2)"), "line 1, column 6: two parameters are named 'a'");
  EXPECT_EQ(MessageOf("f(a) = a\nf + 1"), "line 2, column 1: 'f' is a function; write f(...)");
  EXPECT_EQ(MessageOf("f() = 1\nf()"),
            "line 1, column 3: a function takes at least one argument; a value without any is "
            "'name = value'");
  EXPECT_EQ(
      MessageOf("f(i) = sum(i for i in range(3))\nf(1)"),
      "line 1, column 18: the loop variable 'i' has the name of a parameter of this function");
  EXPECT_EQ(MessageOf("f(a) = a"),
            "line 1, column 1: the last line must be the value of the formula, not an assignment");
}

TEST(LocalFunction, CannotExplode) {
  std::string doubles = "f0(a) = a + a\n";
  std::string chain = "f0(a) = cumsum(a)\n";
  for (int i = 1; i < 60; ++i) {
    absl::StrAppend(&doubles, "f", i, "(a) = f", i - 1, "(a) + f", i - 1, "(a)\n");
  }
  for (int i = 1; i < 200; ++i)
    absl::StrAppend(&chain, "f", i, "(a) = f", i - 1, "(cumsum(cumsum(a)))\n");

  EXPECT_THAT(MessageOf(doubles + "f59(s)"), HasSubstr("more than 100000 nodes, the limit"));
  EXPECT_THAT(MessageOf(chain + "sum(f199(v*i)[0] for i in range(2))"),
              HasSubstr("functions call functions deeper than 64, the limit"));
  EXPECT_THAT(MessageOf(chain + "sum(f40(v*i)[0] for i in range(2))"),
              HasSubstr("reductions nest deeper than 64, the limit"));
}

TEST(LocalFunction, ThatNobodyCallsIsAFinding) {
  Formula f("f(a) = a\ns", {Scalar("s")});

  EXPECT_THAT(f.compiled->findings(), ElementsAre("line 1, column 1: function 'f' is not used"));
}

}  // namespace
}  // namespace thalweg::expression
