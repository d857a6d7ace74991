// The derivative as text is a formula: compiled, its value is the gradient.

#include "server/core/expression/derivative_text.h"

#include <pthread.h>

#include <cmath>
#include <random>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "server/core/functions/catalogue.h"
#include "tests/core/expression/arrays.h"

namespace thalweg::expression {
namespace {

using testing::HasSubstr;

std::string TextOf(const std::string& text, std::vector<Variable> variables = Scalars(),
                   Parameters parameters = {}) {
  const auto derivatives =
      WriteDerivatives(*Formula(text, std::move(variables), std::move(parameters)).compiled);
  return derivatives.front().text + derivatives.front().why_not;
}
std::string OfVector(const std::string& text, Index n) { return TextOf(text, {VectorOf("x", n)}); }

TEST(DerivativeText, ReadsLikeAFormula) {
  EXPECT_EQ(TextOf("x**2 + 3*x + y"), "3 + 2*x");
  EXPECT_EQ(TextOf("sin(x)*y"), "y*cos(x)");
  EXPECT_EQ(TextOf("(x - 2.5)**2 - 1"), "2*(x - 2.5)");
  EXPECT_EQ(TextOf("exp(-x/y)"), "-exp((-x)/y)/y");
  EXPECT_EQ(TextOf("y + z"), "0");
}

TEST(DerivativeText, NamesTheCoordinateOfAVector) {
  EXPECT_EQ(OfVector("sum(x**2)", 5), "2*x[k]");
  EXPECT_EQ(OfVector("x[2]*x[3]", 5), "(x[3] if k == 2 else 0) + (x[2] if k == 3 else 0)");
  EXPECT_EQ(TextOf("sum((x - a)**2)", {VectorOf("x", 2)}, {{"a", {false, {1, 2}}}}),
            "2*(x[k] - a[k])");
}

TEST(DerivativeText, SolvesForTheTurnThatMeetsACoordinate) {
  EXPECT_EQ(OfVector("sum(100*(x[i+1]-x[i]**2)**2 for i in range(n-1))", 10),
            "(200*(x[k] - x[k - 1]**2) if k - 1 >= 0 else 0) - "
            "(400*x[k]*(x[k + 1] - x[k]**2) if k < 9 else 0)");
}

TEST(DerivativeText, KeepsLoopsLoops) {
  EXPECT_EQ(OfVector("sum(x[i]*x[j] for i in range(n) for j in range(n))", 3),
            "2*sum(x[i] for i in range(3))");
}

TEST(DerivativeText, SaysWhyThereIsNone) {
  std::string text = "x";
  for (int i = 0; i < 3000; ++i) absl::StrAppend(&text, " + sin(x + ", i, ")");
  EXPECT_THAT(TextOf(text), HasSubstr("too long"));
}

/// Compiles each derivative of `f` and compares with its gradient at a random point. Returns how
/// many coordinates were compared.
int CompareWithGradient(Formula& f, const Source& source, unsigned seed) {
  std::mt19937 random(seed);
  std::uniform_real_distribution<double> coordinate(-1.3, 1.3);
  Vector x(f.objective->layout().size());
  for (double& value : x) value = coordinate(random);
  const Vector gradient = f.Gradient(x);
  if (!gradient.allFinite()) return 0;
  const double size = 1 + gradient.cwiseAbs().maxCoeff();
  int compared = 0;
  for (const DerivativeText& derivative : WriteDerivatives(*f.compiled, 1 << 16)) {
    if (!derivative.why_not.empty()) continue;
    const Layout& layout = f.objective->layout();
    size_t v = 0;
    while (layout.variables()[v].name != derivative.variable) ++v;
    for (Index k = 0; k < layout.variables()[v].length; ++k) {
      Parameters parameters = source.parameters;
      if (!derivative.index.empty()) {
        parameters[derivative.index] = {true, {static_cast<double>(k)}};
      }
      const auto compiled = Compile({derivative.text, source.variables, parameters});
      EXPECT_TRUE(compiled.ok()) << derivative.text << "\n" << compiled.status();
      if (!compiled.ok()) return compared;
      double value = 0;
      EXPECT_TRUE(MakeObjective(*compiled)->Value(x, value).ok());
      // The text merges factors: some roundings of some hundred terms.
      EXPECT_NEAR(value, gradient[layout.OffsetOf(v) + k], 1e-11 * size) << derivative.text;
      ++compared;
    }
  }
  return compared;
}

TEST(DerivativeText, OfArraysIsTheirGradient) {
  int written = 0;
  for (const Known& known : kNumPyArrays) {
    const Source source{known.text, Unknowns(), {}};
    Formula f(source.text, source.variables);
    written += CompareWithGradient(f, source, 1) > 0 ? 1 : 0;
    ASSERT_FALSE(HasFailure()) << known.text;
  }
  EXPECT_GT(written, 80);
}

TEST(DerivativeText, OfTestFunctionsIsTheirGradient) {
  int written = 0;
  for (const TestFunction& function : TestFunctions()) {
    const Source source{function.expression, VariablesOf(function, function.dimensions.usual), {}};
    Formula f(source.text, source.variables);
    for (unsigned seed = 0; seed < 3; ++seed) {
      written += CompareWithGradient(f, source, seed) > 0 ? 1 : 0;
      ASSERT_FALSE(HasFailure()) << function.name;
    }
  }
  EXPECT_GT(written, 2 * static_cast<int>(TestFunctions().size()));
}

/// Formulas with everything that programs have: loops in loops, kept vectors, choices, gathers.
class Formulas {
 public:
  explicit Formulas(unsigned seed) : random_(seed) {}
  std::string Make(int depth, int loops) {
    if (depth == 0) return Leaf(loops);
    const auto a = [&] { return Make(depth - 1, loops); };
    switch (Pick(13)) {
      case 0:
        return absl::StrCat("(", a(), " * ", a(), ")");
      case 1:
        return absl::StrCat("(", a(), ")**", 2 + Pick(3));
      case 2:
        return absl::StrCat("(", a(), " - ", a(), ")/(2 + sin(", a(), "))");
      case 3:
        return absl::StrCat(Pick(2) == 0 ? "sin(" : "abs(", a(), ")");
      case 4:
        return loops == 0 ? absl::StrCat("dot(v, p - ", a(), ")") : Leaf(loops);
      case 5:
        return loops == 0 ? absl::StrCat("prod(1 + v/8*", a(), ")") : Leaf(loops);
      case 6:
        return absl::StrCat("max(s, ", a(), ")");
      case 7:
      case 8:
        return loops < 2 ? Sum(depth, loops) : Leaf(loops);
      case 9: {
        const std::string b = a();
        return absl::StrCat("where(", b, " > 0, ", b, ", exp(", b, ") - 1)");
      }
      case 10:
        return loops == 0 ? "norm(v)" : loops == 1 ? "(v[i-1] if i > 0 else s)" : Leaf(loops);
      default:
        return absl::StrCat("(", a(), " + ", a(), ")");
    }
  }

 private:
  int Pick(int below) { return std::uniform_int_distribution<int>(0, below - 1)(random_); }
  std::string Leaf(int loops) {
    const std::string variable = loops == 2 && Pick(2) == 0 ? "j" : "i";
    switch (Pick(loops == 0 ? 3 : 7)) {
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
      case 5:
        return absl::StrCat("v[q[", variable, "]]");
      default:
        return absl::StrCat("v[", variable, "]");
    }
  }
  std::string Sum(int depth, int loops) {
    const std::string body = Make(depth - 1, loops + 1);
    return loops == 0
               ? absl::StrCat("sum(", body, " for i in range(", Pick(2), ", 6, ", 1 + Pick(2), "))")
               : absl::StrCat("sum(", body, " for j in range(i) if j != 3)");
  }
  std::mt19937 random_;
};

TEST(DerivativeText, OfRandomFormulasIsTheirGradient) {
  constexpr unsigned kFormulas = 1500;
  int written = 0;
  for (unsigned seed = 0; seed < kFormulas; ++seed) {
    std::string text = Formulas(seed).Make(1 + static_cast<int>(seed % 4), 0);
    if (seed % 3 == 0)
      text = absl::StrCat("w = v*s - mean(v)\n", text, " + sum(w) + dot(w, w)*w[1]");
    const Source source{
        text,
        {VectorOf("v", 6), Scalar("s")},
        {{"p", {false, {1, 2, 3, -1, 0.5, 0.25}}}, {"q", {false, {5, 0, 0, 3, 2, 1}}}}};
    Formula f(source.text, source.variables, source.parameters);
    written += CompareWithGradient(f, source, seed) > 0 ? 1 : 0;
    ASSERT_FALSE(HasFailure()) << text;
  }
  EXPECT_GT(written, static_cast<int>(kFormulas) * 9 / 10);
}

}  // namespace
}  // namespace thalweg::expression
