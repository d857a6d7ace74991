// What is claimed of a function's structure must be true of its numbers: checked on formulas with
// known structure, on the catalogue of test functions, and on thousands of random formulas.

#include "server/core/expression/structure.h"

#include <cmath>
#include <random>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "server/core/expression/report.h"
#include "server/core/functions/catalogue.h"
#include "tests/core/expression/formula.h"

namespace thalweg::expression {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

Structure Of(const std::string& text, std::vector<Variable> variables = Scalars(),
             Parameters parameters = {}) {
  return ReportOn(*Formula(text, std::move(variables), std::move(parameters)).compiled).structure;
}
Structure OfVector(const std::string& text, Index n) { return Of(text, {VectorOf("x", n)}); }

TEST(Degree, OfPolynomialsIsTheirs) {
  EXPECT_EQ(Of("3 + sin(2)").degree, Degree::kConstant);
  EXPECT_EQ(Of("3*x - y/4 + 1").degree, Degree::kLinear);
  EXPECT_EQ(Of("(x + 2*y)*(z - 1)").degree, Degree::kQuadratic);
  EXPECT_EQ(Of("x*y*z").degree, Degree::kOther);
  EXPECT_EQ(Of("x**2 + 0.5*y**2").degree, Degree::kQuadratic);
  EXPECT_EQ(Of("x**3").degree, Degree::kOther);
}

TEST(Degree, OfAnythingElseIsOther) {
  for (const char* text : {"sin(x)", "abs(x)", "max(x, y)", "x/y", "where(x > 0, x, y)", "2**x",
                           "(x > 0)*y", "sqrt(x)", "x % 2", "floor(x)"}) {
    EXPECT_EQ(Of(text).degree, Degree::kOther) << text;
  }
}

TEST(Degree, SeesThroughLoopsLocalsAndConditionsOnConstants) {
  EXPECT_EQ(OfVector("y = x - mean(x)\nsum(y**2) + sum(y)", 5).degree, Degree::kQuadratic);
  EXPECT_EQ(OfVector("sum(x[i]*x[j]*i for i in range(n) for j in range(i) if i > 2)", 5).degree,
            Degree::kQuadratic);
  EXPECT_EQ(OfVector("dot(x, x) - 3*sum(x)", 5).degree, Degree::kQuadratic);
  EXPECT_EQ(OfVector("prod(x)", 5).degree, Degree::kOther);
  EXPECT_EQ(OfVector("max(x)", 5).degree, Degree::kOther);
}

TEST(Kinks, AreWhereAFunctionMayNotBeSmooth) {
  EXPECT_THAT(Of("sin(x)*y + exp(z)").kinks, IsEmpty());
  EXPECT_THAT(Of("x**2 if 1 < 2 else abs(x)").kinks, IsEmpty());
  for (const char* text : {"abs(x)", "max(x, y)", "where(x > 0, x, y)", "relu(x)", "floor(x)",
                           "clip(x, 0, 1)", "(x > 0)*y", "x % y"}) {
    EXPECT_EQ(Of(text).kinks.empty(), false) << text;
  }
  EXPECT_THAT(ReportOn(*Formula("x + abs(y - 1)", Scalars()).compiled).kinks,
              ElementsAre("abs(y - 1)"));
}

TEST(Groups, AreWhatTheSumFallsInto) {
  EXPECT_THAT(Of("x**2 + sin(y)*z").group, ElementsAre(0, 1, 1));
  EXPECT_THAT(Of("x**2 + sin(z)").group, ElementsAre(0, -1, 1));
  EXPECT_THAT(Of("x*y + y*z").group, ElementsAre(0, 0, 0));
  EXPECT_THAT(Of("-(2*x**2 - (sin(y) + z**3)/4)").group, ElementsAre(0, 1, 2));
  EXPECT_THAT(Of("exp(x + y)").groups, 1);
}

TEST(Groups, OfWhatIsLinearAreSingleCoordinates) {
  EXPECT_THAT(Of("(x + y)*3 + z").group, ElementsAre(0, 1, 2));
  EXPECT_EQ(OfVector("sum(x) + 2*mean(x)", 6).groups, 6);
}

TEST(Groups, FollowTheTurnsOfLoops) {
  EXPECT_EQ(OfVector("sum(x**2 - 10*cos(2*pi*x))", 1000).groups, 1000);
  EXPECT_EQ(OfVector("sum(100*(x[i+1]-x[i]**2)**2 + (1-x[i])**2 for i in range(n-1))", 9).groups,
            1);
  EXPECT_THAT(OfVector("sum(sin(x[2*i]*x[2*i+1]) for i in range(n//2))", 6).group,
              ElementsAre(0, 0, 1, 1, 2, 2));
  EXPECT_THAT(
      OfVector("sum(exp(x[i]*x[j]) for i in range(3) for j in range(3, 6) if i+3 == j)", 6).groups,
      1);  // conditions are not looked into: not everything is found
  EXPECT_EQ(OfVector("sum(sum(x[2*i+j] for j in range(2))**3 for i in range(3))", 6).groups, 3);
  EXPECT_EQ(OfVector("norm(x)", 4).groups, 1);
}

TEST(Groups, CountWhatIsNotUsedAsNone) {
  EXPECT_THAT(OfVector("x[0]**2 + sin(x[3])", 5).group, ElementsAre(0, -1, -1, 1, -1));
}

TEST(Groups, AreLeftOpenWhereFindingThemCostsTooMuch) {
  const Structure structure =
      OfVector("sum(sin(x[i]*x[j]) for i in range(2500) for j in range(2500))", 2500);
  EXPECT_THAT(structure.group, IsEmpty());
  EXPECT_EQ(structure.groups, 0);
}

// --- claims against numbers ---------------------------------------------------------------------

/// Checks every claim about `f` at random points; differences of gradients stand for the Hessian.
class Claims {
 public:
  Claims(Objective& objective, const Structure& structure, unsigned seed, double scale)
      : objective_(objective), structure_(structure), random_(seed), spread_(-scale, scale) {}

  void Check() {
    const Vector x = Point();
    const Vector y = Point();
    const Vector v = Point();
    const Vector at_x = Gradient(x);
    const Vector at_y = Gradient(y);
    if (!at_x.allFinite() || !at_y.allFinite()) return;
    const double size = 1 + at_x.cwiseAbs().maxCoeff() + at_y.cwiseAbs().maxCoeff();
    if (structure_.degree == Degree::kConstant) {
      EXPECT_EQ(at_x.cwiseAbs().maxCoeff(), 0);
    }
    if (structure_.degree == Degree::kLinear) {
      // A constant gradient, but for rounding in sums of some hundred terms.
      EXPECT_LT((at_x - at_y).cwiseAbs().maxCoeff(), 1e-11 * size);
      ++claims;
    }
    const Vector along_x = Gradient(x + v) - at_x;
    const Vector along_y = Gradient(y + v) - at_y;
    if (structure_.degree == Degree::kQuadratic && along_x.allFinite() && along_y.allFinite()) {
      // A constant Hessian: the same step changes the gradient alike everywhere.
      const double change = 1 + along_x.cwiseAbs().maxCoeff() + along_y.cwiseAbs().maxCoeff();
      EXPECT_LT((along_x - along_y).cwiseAbs().maxCoeff(), 1e-10 * (size + change));
      ++claims;
    }
    CheckGroups(x, y, at_x, size);
  }
  int claims = 0;

 private:
  /// A partial derivative knows the coordinates of its own group only.
  void CheckGroups(const Vector& x, const Vector& y, const Vector& at_x, double size) {
    if (structure_.groups < 2) return;
    std::uniform_int_distribution<int32_t> any(0, structure_.groups - 1);
    const int32_t chosen = any(random_);
    Vector mixed = x;
    for (Index i = 0; i < x.size(); ++i) {
      if (structure_.group[static_cast<size_t>(i)] != chosen) mixed[i] = y[i];
    }
    const Vector at_mixed = Gradient(mixed);
    if (!at_mixed.allFinite()) return;
    for (Index i = 0; i < x.size(); ++i) {
      if (structure_.group[static_cast<size_t>(i)] != chosen) continue;
      EXPECT_NEAR(at_mixed[i], at_x[i], 1e-11 * size) << i;
    }
    ++claims;
  }

  Vector Point() {
    Vector x(objective_.layout().size());
    for (double& value : x) value = spread_(random_);
    return x;
  }
  Vector Gradient(const Vector& x) {
    double value = 0;
    Vector gradient(x.size());
    EXPECT_TRUE(objective_.ValueAndGradient(x, value, gradient).ok());
    return gradient;
  }

  Objective& objective_;
  const Structure& structure_;
  std::mt19937 random_;
  std::uniform_real_distribution<double> spread_;
};

TEST(Structure, OfEveryTestFunctionIsTrue) {
  for (const TestFunction& function : TestFunctions()) {
    Formula f(function.expression, VariablesOf(function, function.dimensions.usual));
    const Structure structure = ReportOn(*f.compiled).structure;
    for (unsigned seed = 0; seed < 10; ++seed) {
      Claims(*f.objective, structure, seed, 2).Check();
      ASSERT_FALSE(HasFailure()) << function.name;
    }
  }
}

/// Formulas of the kind that has structure: few functions, many sums and products.
class Polynomials {
 public:
  explicit Polynomials(unsigned seed) : random_(seed) {}

  std::string Make(int depth, int loops) {
    if (depth == 0) return Leaf(loops);
    const auto a = [&] { return Make(depth - 1, loops); };
    switch (Pick(14)) {
      case 0:
        return absl::StrCat("(", a(), " * ", a(), ")");
      case 1:
        return absl::StrCat("(", a(), ")**2");
      case 2:
        return absl::StrCat("(", a(), " - ", a(), ")/4");
      case 3:
        return absl::StrCat(Pick(2) == 0 ? "sin(" : "abs(", a(), ")");
      case 4:
        return loops == 0 ? absl::StrCat("dot(v, v - ", a(), ")") : Leaf(loops);
      case 5:
        return loops == 0 ? absl::StrCat("sum(v**2 * ", a(), ")") : Leaf(loops);
      case 6:
        return loops == 0 ? absl::StrCat("max(v[2], ", a(), ")") : a();
      case 7:
      case 8:
        return loops < 2 ? Sum(depth, loops) : Leaf(loops);
      case 9:
        return absl::StrCat("where(", loops == 0 ? "s" : "i - 2", " > 0, ", a(), ", ", a(), ")");
      default:
        return absl::StrCat("(", a(), " + ", a(), ")");
    }
  }

 private:
  int Pick(int below) { return std::uniform_int_distribution<int>(0, below - 1)(random_); }
  std::string Leaf(int loops) {
    const std::string variable = loops == 2 && Pick(2) == 0 ? "j" : "i";
    switch (Pick(loops == 0 ? 3 : 6)) {
      case 0:
        return "s";
      case 1:
        return absl::StrCat("v[", Pick(6), "]");
      case 2:
        return absl::StrCat("(", Pick(9) - 4, ")");
      case 3:
        return absl::StrCat("v[(", variable, "+", Pick(3), ") % 6]");
      case 4:
        return variable;
      default:
        return absl::StrCat("v[", variable, "]");
    }
  }
  std::string Sum(int depth, int loops) {
    const std::string body = Make(depth - 1, loops + 1);
    return loops == 0 ? absl::StrCat("sum(", body, " for i in range(", 2 + Pick(5), "))")
                      : absl::StrCat("sum(", body, " for j in range(i) if j != 3)");
  }
  std::mt19937 random_;
};

TEST(Structure, OfRandomFormulasIsTrue) {
  constexpr unsigned kFormulas = 5000;
  int claims = 0;
  for (unsigned seed = 0; seed < kFormulas; ++seed) {
    std::string text = Polynomials(seed).Make(1 + static_cast<int>(seed % 5), 0);
    if (seed % 3 == 0) text = absl::StrCat("w = v - s\n", text, " + sum(w) + dot(w, w)*w[1]");
    Formula f(text, {VectorOf("v", 6), Scalar("s")});
    const Structure structure = ReportOn(*f.compiled).structure;
    Claims check(*f.objective, structure, seed, 1.5);
    check.Check();
    ASSERT_FALSE(HasFailure()) << text;
    claims += check.claims;
  }
  // So that the test cannot pass by claiming nothing.
  EXPECT_GT(claims, static_cast<int>(kFormulas) / 3);
}

}  // namespace
}  // namespace thalweg::expression
