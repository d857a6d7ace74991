// Gradients: every function and reduction against finite differences and closed forms; the
// choices at kinks, ties and zeros; branches not taken.

#include <cmath>
#include <limits>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "tests/core/expression/formula.h"

namespace thalweg::expression {
namespace {

constexpr double kInf = std::numeric_limits<double>::infinity();

// Central differences of smooth functions at arguments of order one carry errors near 1e-9.
constexpr double kTolerance = 2e-8;

void ExpectGradientIsSlope(const std::string& text, const std::vector<Variable>& variables,
                           const Vector& at) {
  Formula f(text, variables);
  const Vector gradient = f.Gradient(at);
  const Vector slope = Differences([&](const Vector& x) { return f.Value(x); }, at);
  for (Index i = 0; i < at.size(); ++i) {
    EXPECT_NEAR(gradient[i], slope[i], kTolerance * std::max(1.0, std::abs(slope[i])))
        << text << ", coordinate " << i;
  }
}

TEST(Gradient, OfEveryFunctionOfTheTableIsItsSlope) {
  for (const FunctionInfo& info : Functions()) {
    if (info.arity != 1 || !info.elementwise) continue;
    const bool above_one = info.name == "acosh";
    for (const double x : {0.3, 0.7, above_one ? 1.4 : 0.05}) {
      ExpectGradientIsSlope(absl::StrCat("3*", info.name, "(x)**2 + ", info.name, "(x)"),
                            {Scalar("x")}, Point({above_one ? x + 1 : x}));
    }
  }
}

TEST(Gradient, OfEveryFunctionOfTwoIsItsSlope) {
  for (const std::string name : {"minimum", "maximum", "pow", "hypot", "atan2", "huber",
                                 "logaddexp", "xlogy", "leaky_relu", "elu"}) {
    for (const double y : {0.4, 1.7}) {
      ExpectGradientIsSlope(name + "(x, y) * (1 + x*y)", {Scalar("x"), Scalar("y")},
                            Point({0.9, y}));
    }
  }
}

TEST(Gradient, OfOperatorsIsTheirSlope) {
  for (const char* text :
       {"x + 2*y - z", "x*y*z", "x/y/z", "-x*y", "x**y", "x**3 + x**-2 + x**0.5 + x**1.7",
        "x % 0.7 + 5.3 % y", "(x//0.7)*y", "x if y > 1 else z", "clip(x*y, 0.2, z)",
        "where(x < y, x*z, y/z)", "(x < y)*z", "min(x*3, y, z) + max(x, y*2, z)",
        "a = x*y\nb = a*a + z\na*b + b/a", "square(x) + relu(y) + relu(-z)"}) {
    ExpectGradientIsSlope(text, Scalars(), Point({0.85, 1.2, 2.6}));
  }
}

TEST(Gradient, OfReductionsIsTheirSlope) {
  for (const char* text :
       {"sum(v)",
        "sum(sin(v)*v)",
        "mean(v**2)*sum(v)",
        "prod(v)",
        "prod(sin(v)) + prod(v)**2",
        "dot(v, exp(-v))",
        "norm(v - mean(v))",
        "max(v*s) - min(sin(v))",
        "sum(100*(v[i+1]-v[i]**2)**2 + (1-v[i])**2 for i in range(n-1))",
        "sum(v[i]*v[j]*sin(v[i]-v[j]) for i in range(n) for j in range(i))",
        "sum(prod(v[i+k] for k in range(4)) for i in range(n-3))",
        "mean(max(v[i+k]*s for k in range(3)) for i in range(n-2) if v[i] > 0.5)",
        "sum(norm(v - v[i]) for i in range(3))",
        "sqrt(sum(v[i]**2 for i in range(0, n, 3)))",
        "y = v - mean(v)\nsum(y**2) + y[1]*y[2] + max(y)",
        "y = sin(v)\nsum(y[i]*y[(i*5) % n]*s for i in range(n))",
        "y = v*s\nw = y + mean(y)\nsum(w*y)/norm(w) + prod(w)**0.1",
        "sum(s*v[3]*i + v[i]*sum(v[j]*s for j in range(i)) for i in range(n))",
        "log(sum(exp(v - max(v)))) + max(v)",
        "sum(v)*sum(v*v)",
        "sum(sum(sin(v*v[i])[k+1] for k in range(3))**2 for i in range(n))**2",
        "s*sum(v)/(1 + sum(v*v))"}) {
    ExpectGradientIsSlope(
        text, {VectorOf("v", 11), Scalar("s")},
        Point({0.9, 0.31, 1.2, 0.55, 0.71, 1.45, 0.66, 0.83, 1.01, 0.47, 1.33, 1.1}));
  }
}

TEST(Gradient, OfLongVectorsIsRightPastEveryBlockBoundary) {
  for (const Index n : {1, 2, 7, 8, 9, 63, 64, 65, 200}) {
    Formula f("sum(v[i]**2 * (i + 1) for i in range(n)) + mean(v)", {VectorOf("v", n)});
    const Vector at = Vector::LinSpaced(n, -1, 2);
    const Vector gradient = f.Gradient(at);
    for (Index i = 0; i < n; ++i) {
      EXPECT_NEAR(gradient[i],
                  2 * at[i] * static_cast<double>(i + 1) + 1.0 / static_cast<double>(n),
                  1e-12 * static_cast<double>(n));
    }
  }
}

TEST(Gradient, MatchesClosedForms) {
  const auto derivative = [](const std::string& text, double x) {
    return Formula(text, {Scalar("x")}).Gradient(Point({x}))[0];
  };
  EXPECT_DOUBLE_EQ(derivative("exp(2*x)", 0.5), 2 * std::exp(1.0));
  EXPECT_DOUBLE_EQ(derivative("log(x)", 4), 0.25);
  EXPECT_DOUBLE_EQ(derivative("sigmoid(x)", 0), 0.25);
  EXPECT_DOUBLE_EQ(derivative("softplus(x)", 0), 0.5);
  EXPECT_DOUBLE_EQ(derivative("x**64", 1), 64);
  EXPECT_DOUBLE_EQ(derivative("atanh(x)", 0.5), 1 / 0.75);
  EXPECT_DOUBLE_EQ(derivative("erf(x)", 0), M_2_SQRTPI);
  EXPECT_EQ(derivative("sigmoid(x)", 1000), 0);
  EXPECT_EQ(derivative("sigmoid(x)", -1000), 0);
  EXPECT_EQ(derivative("softplus(x)", 1000), 1);
}

TEST(Gradient, AtKinksIsAsPyTorchChooses) {
  const auto derivative = [](const std::string& text, double x) {
    return Formula(text, {Scalar("x")}).Gradient(Point({x}))[0];
  };
  EXPECT_EQ(derivative("abs(x)", 0), 0);
  EXPECT_EQ(derivative("relu(x)", 0), 0);
  EXPECT_EQ(derivative("sign(x) + floor(x) + ceil(x) + round(x)", 0), 0);
  EXPECT_EQ(derivative("x > 0", 0), 0);
  EXPECT_EQ(derivative("clip(x, 0, 1)", 0), 1);
  EXPECT_EQ(derivative("clip(x, 0, 1)", 1), 1);
  EXPECT_EQ(derivative("clip(x, 0, 1)", 1.5), 0);
  EXPECT_EQ(derivative("sqrt(x)", 0), kInf);
  EXPECT_EQ(derivative("x**2", 0), 0);
  EXPECT_EQ(derivative("x**0", 0), 0);
}

TEST(Gradient, OfTiesIsShared) {
  EXPECT_EQ(Formula("minimum(x, y)", Scalars()).Gradient(Point({1, 1, 0})), Point({0.5, 0.5, 0}));
  EXPECT_EQ(Formula("max(v)", {VectorOf("v", 4)}).Gradient(Point({3, 1, 3, 3})),
            Point({1.0 / 3, 0, 1.0 / 3, 1.0 / 3}));
  EXPECT_EQ(Formula("min(v)", {VectorOf("v", 3)}).Gradient(Point({0, 0, 4})), Point({0.5, 0.5, 0}));
}

TEST(Gradient, AtZeroLengthsIsZero) {
  EXPECT_EQ(Formula("norm(v)", {VectorOf("v", 3)}).Gradient(Point({0, 0, 0})), Point({0, 0, 0}));
  EXPECT_EQ(Formula("hypot(x, y)", Scalars()).Gradient(Point({0, 0, 0})), Point({0, 0, 0}));
}

TEST(Gradient, OfProductsIsExactWithZeros) {
  const std::vector<Variable> v = {VectorOf("v", 4)};
  EXPECT_EQ(Formula("prod(v)", v).Gradient(Point({2, 0, 3, 5})), Point({0, 30, 0, 0}));
  EXPECT_EQ(Formula("prod(v)", v).Gradient(Point({2, 0, 0, 5})), Point({0, 0, 0, 0}));
  EXPECT_EQ(Formula("prod(v[i] for i in range(n) if i != 1)", v).Gradient(Point({2, 7, 0, 5})),
            Point({0, 0, 10, 0}));
}

TEST(Branches, NotTakenLeaveNothingInTheGradient) {
  const std::vector<Variable> x = {Scalar("x")};
  EXPECT_EQ(Formula("where(x > 0, log(x), 0)", x).Gradient(Point({-1})), Point({0}));
  EXPECT_EQ(Formula("where(x > 0, log(x), 0)", x).Gradient(Point({0})), Point({0}));
  EXPECT_EQ(Formula("sqrt(x) if x > 0 else 3*x", x).Gradient(Point({0})), Point({3}));
  EXPECT_EQ(Formula("where(x != 0, sin(x)/x, 1)", x).Gradient(Point({0})), Point({0}));
  EXPECT_EQ(Formula("where(x > 0, x**1.5 + 1/x + log(x)**2, x)", x).Gradient(Point({0})),
            Point({1}));
}

TEST(Branches, NotTakenLeaveNothingInLoopsEither) {
  const std::vector<Variable> v = {VectorOf("v", 3)};
  const Vector at = Point({-1, 0, 2});
  EXPECT_EQ(Formula("sum(where(v > 0, log(v), 0))", v).Gradient(at), Point({0, 0, 0.5}));
  EXPECT_EQ(Formula("sum(log(v[i]) for i in range(n) if v[i] > 0)", v).Gradient(at),
            Point({0, 0, 0.5}));
  EXPECT_EQ(Formula("sum(log(v)) if min(v) > 0 else 0", v).Gradient(at), Point({0, 0, 0}));
  EXPECT_EQ(Formula("y = log(v)\nwhere(min(v) > 0, sum(y)*y[0], 0)", v).Gradient(at),
            Point({0, 0, 0}));
}

TEST(Cost, OfValueAndGradientIsAtMostFourValuesForAnyLength) {
  for (const char* text :
       {"sum(100*(v[i+1]-v[i]**2)**2 + (1-v[i])**2 for i in range(n-1))",
        "sum(v**2 - 10*cos(2*pi*v))", "sqrt(sum(v*v))*sum(sin(v))",
        "sum(v[i]*v[j] for i in range(n) for j in range(i))",
        "sum(v[i]*v[j]*sin(v[i]-v[j]) for i in range(n) for j in range(i))**2",
        "y = exp(v)\nsum(y)*y[2] + sum(y*y)", "log(sum(exp(v - max(v)))) + max(v)",
        "prod(v) + prod(v)**2", "norm(v - mean(v))", "prod(cos(v)) - max(abs(v))",
        "sum(tanh(v*v[0] + v[1])**2)", "-20*exp(-0.2*sqrt(mean(v**2))) - exp(mean(cos(2*pi*v)))",
        "1 + sum(v**2)/4000 - prod(cos(v[i]/sqrt(i+1)) for i in range(n))",
        "sum(max(v[i+k] for k in range(3))**2 for i in range(n-2))",
        "y = v - mean(v)\nw = y/norm(y)\nsum(w[i]*w[i+1] for i in range(n-1))",
        "sum(where(v > 0, v**3, exp(v)))", "sum(v**v[0])", "sum(1/(1 + v**2))**0.5",
        "sum(sum(v[j]*cos(i*j) for j in range(n))**2 for i in range(9))"}) {
    for (const Index n : {10, 100, 1000}) {
      Formula f(text, {VectorOf("v", n)});
      EXPECT_LE(f.compiled->gradient_operations(), 4 * f.compiled->operations()) << text << n;
    }
  }
}

TEST(Cost, OfASumIsOnePass) {
  // Value, then value and gradient: the body's operations are not repeated.
  Formula f("sum(v*v) + 3", {VectorOf("v", 1000)});

  EXPECT_LT(f.compiled->gradient_operations(), f.compiled->operations() + 2100);
}

}  // namespace
}  // namespace thalweg::expression
