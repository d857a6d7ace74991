// What the language accepts, and how operators bind. Expectations are Python's.

#include <clocale>
#include <cmath>
#include <limits>

#include "gmock/gmock.h"
#include "tests/core/expression/formula.h"

namespace thalweg::expression {
namespace {

struct Precedence {
  const char* text;
  double value;  // at x, y, z = 2, 3, 5
};

class EveryPrecedence : public testing::TestWithParam<Precedence> {};

TEST_P(EveryPrecedence, IsPythons) {
  EXPECT_EQ(ValueOf(GetParam().text), GetParam().value) << GetParam().text;
}

INSTANTIATE_TEST_SUITE_P(
    Table, EveryPrecedence,
    testing::Values(Precedence{"1+2*3", 7}, Precedence{"(1+2)*3", 9}, Precedence{"2-3-4", -5},
                    Precedence{"24/4/2", 3}, Precedence{"2*7//4", 3}, Precedence{"7%4*2", 6},
                    Precedence{"-7//2", -4}, Precedence{"-7%3", 2}, Precedence{"7%-3", -2},
                    Precedence{"-x^2", -4}, Precedence{"-x**2", -4}, Precedence{"(-x)^2", 4},
                    Precedence{"x^y^2", 512}, Precedence{"2^-1", 0.5}, Precedence{"2^-x^2", 0.0625},
                    Precedence{"2^-1*8", 4}, Precedence{"- -x", 2}, Precedence{"+x", 2},
                    Precedence{"x*-y", -6}, Precedence{"1<2", 1}, Precedence{"1+1<2", 0},
                    Precedence{"1<2<3", 1}, Precedence{"1<3<3", 0}, Precedence{"x==2!=3", 1},
                    Precedence{"not 1>2", 1}, Precedence{"not 0 and 0", 0},
                    Precedence{"1 or 0 and 0", 1}, Precedence{"x if 1>2 else y", 3},
                    Precedence{"1 if x>9 else 2 if y>9 else 4", 4},
                    Precedence{"(1 if x>1 else 2)+1", 2}, Precedence{"1.0//0.1", 9},
                    Precedence{"min(x, y, z)-max(x, y)", -1}, Precedence{"pow(x, y)", 8},
                    Precedence{"pi", M_PI}, Precedence{"np.sqrt(16)+math.floor(2.5)", 6}));

TEST(Number, ReadsWhatPythonReads) {
  EXPECT_EQ(ValueOf("1_000"), 1000);
  EXPECT_EQ(ValueOf(".5 + 1. + 1e3 + 2E-1 + 1e+0"), 0.5 + 1.0 + 1e3 + 0.2 + 1);
  EXPECT_EQ(ValueOf("5e-324"), 5e-324);
  EXPECT_EQ(ValueOf("1.7976931348623157e308"), 1.7976931348623157e308);
  EXPECT_EQ(ValueOf("0.1000000000000000055511151231257827021181583404541015625"), 0.1);
}

TEST(Number, DoesNotDependOnTheLocale) {
  const std::string before = std::setlocale(LC_ALL, nullptr);
  // Where no locale with a decimal comma is installed this checks nothing, and says so.
  const bool comma = std::setlocale(LC_ALL, "de_DE.UTF-8") != nullptr;
  EXPECT_EQ(ValueOf("1.5"), 1.5);
  std::setlocale(LC_ALL, before.c_str());
  if (!comma) GTEST_SKIP() << "de_DE.UTF-8 is not installed";
}

TEST(Lines, GiveLocalNames) {
  EXPECT_EQ(ValueOf("a = x + 1\nb = a*a  # nine\n\nb - y\n"), 6);
  EXPECT_EQ(ValueOf("a = 1; a = a + 1; a"), 2);
}

TEST(Lines, GoOnInsideBrackets) {
  EXPECT_EQ(ValueOf("(x\n  + y # sum\n)\r\n"), 5);
  EXPECT_EQ(ValueOf("x + \\\n y"), 5);
}

TEST(Names, OfConstantsMayBeTakenByVariables) {
  Formula f("e + n", {Scalar("e"), VectorOf("v", 4)});

  EXPECT_EQ(f.Value(Point({10, 0, 0, 0, 0})), 14) << "e is the variable, n the length of v";
}

TEST(Names, OfParametersStandForTheirValues) {
  Formula f("a*sum(w*v)", {VectorOf("v", 2)}, {{"a", {true, {3}}}, {"w", {false, {1, 10}}}});

  EXPECT_EQ(f.Value(Point({1, 2})), 63);
  EXPECT_EQ(f.Gradient(Point({1, 2})), Point({3, 30}));
}

TEST(Reductions, TakeVectorsAndRanges) {
  const std::vector<Variable> v = {VectorOf("v", 4)};
  const Vector at = Point({1, 2, 3, 5});
  EXPECT_EQ(Formula("sum(v)", v).Value(at), 11);
  EXPECT_EQ(Formula("mean(v)", v).Value(at), 2.75);
  EXPECT_EQ(Formula("prod(v)", v).Value(at), 30);
  EXPECT_EQ(Formula("dot(v, v)", v).Value(at), 39);
  EXPECT_EQ(Formula("norm(v)", v).Value(at), std::sqrt(39.0));
  EXPECT_EQ(Formula("max(v) - min(v)", v).Value(at), 4);
  EXPECT_EQ(Formula("sum(v[i]*i for i in range(n))", v).Value(at), 0 + 2 + 6 + 15);
  EXPECT_EQ(Formula("sum(v[i] for i in range(1, n, 2))", v).Value(at), 7);
  EXPECT_EQ(Formula("sum(v[i] for i in range(3, -1, -1))", v).Value(at), 11);
  EXPECT_EQ(Formula("sum(v[i] for i in range(n) if i != 2)", v).Value(at), 8);
  EXPECT_EQ(Formula("mean(v[i] for i in range(n) if v[i] > 1)", v).Value(at), 10.0 / 3);
  EXPECT_EQ(Formula("v[-1] + v[len(v)-2]", v).Value(at), 8);
}

TEST(Reductions, NestAsPythonsGeneratorsDo) {
  const std::vector<Variable> v = {VectorOf("v", 4)};
  const Vector at = Point({1, 2, 3, 5});
  const double pairs = 1 * 2 + 1 * 3 + 1 * 5 + 2 * 3 + 2 * 5 + 3 * 5;
  EXPECT_EQ(Formula("sum(v[i]*v[j] for i in range(n) for j in range(i))", v).Value(at), pairs);
  EXPECT_EQ(Formula("sum(v[i]*v[j] for i in range(n) for j in range(i+1, n))", v).Value(at), pairs);
  EXPECT_EQ(Formula("sum(sum(v[j] for j in range(i)) * v[i] for i in range(n))", v).Value(at),
            pairs);
  EXPECT_EQ(Formula("sum(prod(v[i+k] for k in range(2)) for i in range(n-1))", v).Value(at),
            2 + 6 + 15);
  EXPECT_EQ(Formula("mean(v[j] for i in range(n) if i > 1 for j in range(i))", v).Value(at),
            (1 + 2 + 1 + 2 + 3) / 5.0);
}

TEST(Index, MayLookBehindWhereAConditionGuardsIt) {
  Formula f("sum((v[i-1] if i > 0 else 0)*v[i] for i in range(n))", {VectorOf("v", 3)});

  EXPECT_EQ(f.Value(Point({1, 2, 4})), 10);
  EXPECT_EQ(f.Gradient(Point({1, 2, 4})), Point({2, 5, 2}));
}

TEST(Index, MayWrapAroundByRemainder) {
  Formula f("sum(v[i]*v[(i+1) % n] for i in range(n))", {VectorOf("v", 3)});

  EXPECT_EQ(f.Value(Point({1, 2, 4})), 2 + 8 + 4);
  EXPECT_EQ(f.Gradient(Point({1, 2, 4})), Point({6, 5, 3}));
}

TEST(Findings, NameUnusedVariablesAndConstantObjectives) {
  Formula f("1 + 1", {Scalar("x")});

  EXPECT_THAT(f.compiled->findings(),
              testing::ElementsAre("variable 'x' is not used",
                                   "the objective is constant: it depends on no variable"));
}

TEST(Functions, AreListedWithAllThatAReferenceNeeds) {
  for (const FunctionInfo& info : Functions()) {
    EXPECT_FALSE(info.name.empty());
    EXPECT_FALSE(info.meaning.empty()) << info.name;
    EXPECT_FALSE(info.derivative.empty()) << info.name;
    EXPECT_FALSE(info.domain.empty()) << info.name;
  }
}

}  // namespace
}  // namespace thalweg::expression
