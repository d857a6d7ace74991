// Hessian times a direction: SymPy's second derivatives of every function of the table, slopes of
// gradients, symmetry; kinks and branches; what it costs.

#include <cmath>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "server/core/expression/forms.h"
#include "tests/core/expression/formula.h"

namespace thalweg::expression {
namespace {

Vector Product(Formula& f, const Vector& x, const Vector& v) {
  Vector product = Vector::Constant(x.size(), 777);
  const absl::Status status = f.objective->HessianVector(x, v, product);
  EXPECT_TRUE(status.ok()) << status;
  return product;
}

Matrix Hessian(Formula& f, const Vector& x) {
  Matrix hessian(x.size(), x.size());
  for (Index j = 0; j < x.size(); ++j) {
    hessian.col(j) = Product(f, x, Vector::Unit(x.size(), j));
  }
  return hessian;
}

struct Published {
  const char* text;
  std::vector<double> triangle;  // upper, row by row
};

void ExpectHessian(Formula& f, const Published& row, const Vector& at) {
  const Matrix hessian = Hessian(f, at);
  const double scale = std::max(1.0, hessian.cwiseAbs().maxCoeff());
  size_t k = 0;
  for (Index i = 0; i < at.size(); ++i) {
    for (Index j = i; j < at.size(); ++j, ++k) {
      // The figures have 13 digits; rounding differs by a few units in a dozen operations.
      EXPECT_NEAR(hessian(i, j), row.triangle[k], 1e-12 * scale) << row.text << i << j;
      EXPECT_NEAR(hessian(j, i), row.triangle[k], 1e-12 * scale) << row.text << j << i;
    }
  }
}

TEST(HessianVector, OfEveryFunctionIsSymPys) {
  // SymPy 1.11: diff twice, evaluated to 30 digits at x, y, z = 3/5, 13/10, -7/10.
  // clang-format off
  const std::vector<Published> rows = {
      {"exp(x*y)*z", {-2.580681690084, -2.718114442811, 2.835913945148, -0.5497310109055, 1.308883359299, 0}},
      {"expm1(x+z)", {0.904837418036, 0, 0.904837418036, 0, 0, 0.904837418036}},
      {"exp2(x*y)", {1.394251188349, 1.833724971655, 0, 0.2970002531394, 0, 0}},
      {"log(x*y)*z", {1.944444444444, 0, 1.666666666667, 0.414201183432, 0.7692307692308, 0}},
      {"log1p(x*x)*y", {0.8996539792388, 0.8823529411765, 0, 0, 0, 0}},
      {"log2(x)*y*y", {-6.772651719729, 6.251678510519, 0, -1.473931188332, 0, 0}},
      {"log10(y)*x**2", {0.2278867046137, 0.4008872140645, 0, -0.09251243401489, 0, 0}},
      {"sqrt(x*y)*z", {0.4293217087798, -0.1981484809753, 0.735980072194, 0.09145314506553, 0.3396831102434, 0}},
      {"cbrt(x*y)*z**2", {-0.2784278024959, 0.06425256980673, -0.7159572064179, -0.05931006443699, -0.3304417875775, 1.841032816503}},
      {"sin(x*y+z)", {-0.1350558328079, 0.9344682450067, -0.1038891021599, -0.0287692898289, -0.0479488163815, -0.07991469396917}},
      {"cos(x*y)*z", {0.8410107154685, 0.880454385195, -0.9142632449605, 0.1791502115791, -0.4219676515202, 0}},
      {"tan(x*z)*y", {-0.6823941321505, -0.8395989273666, 2.144164406953, 0, 0.7196562234571, -0.5013507909677}},
      {"asin(x*z)*y", {-0.3579432819744, -0.7713293747622, 1.739277366251, 0, 0.6611394640819, -0.2629787377771}},
      {"acos(x*z)*y", {0.3579432819744, 0.7713293747622, -1.739277366251, 0, -0.6611394640819, 0.2629787377771}},
      {"atan(x*y)*z", {0.7133804675417, -0.105962597136, 0.808256652574, 0.151962703145, 0.3730415319572, 0}},
      {"sinh(x*y)*z", {-1.019193689355, -1.394354484276, 1.715920879922, -0.2171063480283, 0.791963483041, 0}},
      {"cosh(x*z)*y", {0.6940141675756, 0.3027201575313, -1.157063864766, 0, -0.2594744207411, 0.5098879598515}},
      {"tanh(x*y*z)", {0.6200313222175, -0.2405659727461, 0.4467653779571, 0.1320776781055, 0.206199405211, 0.455533216323}},
      {"asinh(x*y)*z", {0.4523642239834, -0.3431681262201, 1.025052997823, 0.09636160984261, 0.4731013836107, 0}},
      {"acosh(1+x*y)*z", {0.6594709190119, -0.1709950524664, 0.8828230280192, 0.1404790123339, 0.4074567821627, 0}},
      {"atanh(x*z)*y", {-0.7888347653876, -0.8499271491015, 2.254580218664, 0, 0.7285089849441, -0.5795520725296}},
      {"erf(x*y)*z", {1.13328630204, 0.09319392743221, 0.7983138222316, 0.2414100998428, 0.3684525333377, 0}},
      {"sigmoid(x*y*z)", {0.05123972016803, -0.138930013151, 0.2580128815662, 0.01091496997662, 0.1190828684152, 0.03764550869488}},
      {"softplus(x*z)*y", {0.1524285052274, -0.2775617250947, 0.3848187706953, 0, 0.2379100500812, 0.1119882895548}},
      {"x**y*z", {-0.3903523262021, -0.2017380992695, 1.115292360577, -0.09402427935821, -0.2629476534339, 0}},
      {"y**x*z", {-0.05639926107241, -0.7294762231558, 0.3070935484454, 0.1163559478943, 0.5402240437948, 0}},
      {"hypot(x, y)*z", {-0.4030453853148, 0.1860209470684, 0.4190581774617, -0.08585582172387, 0.9079593845005, 0}},
      {"atan2(x*z,y)", {0.1536063844036, 0.3041583247426, 0.5648654602363, -0.3134824171502, -0.2607071354937, 0.1128536701741}},
      {"x*y/z", {0, -1.428571428571, -2.65306122449, 0, -1.224489795918, -4.548104956268}},
      {"x**3*y**2*z", {-4.2588, -1.9656, 1.8252, -0.3024, 0.5616, 0}},
      {"x/(y*y+z*z)", {0, -0.5470919956233, 0.2945879976433, 0.530490050802, -0.4216121801133, -0.02548205484202}},
      {"(x-y)**4+z**3*x", {5.88, -5.88, 1.47, 5.88, 0, -2.52}},
      {"1/x**2*y", {60.18518518519, -9.259259259259, 0, 0, 0, 0}},
      {"abs(z*x)*y", {0, 0.7, -1.3, 0, -0.6, 0}},
  };
  // clang-format on
  for (const Published& row : rows) {
    Formula f(row.text, Scalars());
    ExpectHessian(f, row, Point({0.6, 1.3, -0.7}));
  }
}

TEST(HessianVector, OfReductionsIsSymPys) {
  // As above, at v = 9/10, -3/10, 6/5, 1/2.
  // clang-format off
  const std::vector<Published> rows = {
      {"sum(v**3)/prod(v)", {-38.94223441549, 10.26520347508, 27.52629172382, 0.0960219478738, -350.4801097394, -43.68998628258, 93.04526748971, -21.90500685871, 30.90534979424, -126.1728395062}},
      {"norm(v - mean(v))", {0.5921541222458, -0.02277515854791, -0.3644025367666, -0.2049764269312, 0.1296432101958, 0.1611780451083, -0.2680460967562, 0.3924335011333, -0.189209009475, 0.6622315331624}},
      {"max(v)**2*sum(v)", {0, 0, 2.4, 0, 0, 2.4, 0, 9.4, 2.4, 0}},
      {"dot(v, exp(v))**2", {140.6837502399, 4.846836009039, 68.26918046907, 23.11463981101, 17.66529644614, 7.575577582363, 2.564945792136, 251.1936743444, 36.1280527854, 68.28795286314}},
      {"log(sum(exp(v)))", {0.2104309530741, -0.02730305870021, -0.1223638197635, -0.06076407461035, 0.0824601205253, -0.03685527426025, -0.01830178756484, 0.2412420153208, -0.08202292129699, 0.1610887834722}},
      {"sum(100*(v[i+1]-v[i]**2)**2 + (1-v[i])**2 for i in range(n-1))", {1094, -360, 0, 0, -170, 120, 0, 1730, -480, 200}},
      {"prod(sin(v))*v[0]", {-0.07107337151623, 0.5732118868969, -0.06893653305623, -0.324573324524, 0.09309535824046, 0.117003982988, 0.5508889127047, 0.09309535824046, -0.06625189150658, 0.09309535824046}},
      {"y = v*v\nsum(y)*y[2]/(1+y[0])", {0.5417356339847, 0.4747107841641, -2.927383169012, -0.7911846402735, 1.591160220994, -0.7955801104972, 0, 10.81767955801, 1.325966850829, 1.591160220994}},
  };
  // clang-format on
  for (const Published& row : rows) {
    Formula f(row.text, {VectorOf("v", 4)});
    ExpectHessian(f, row, Point({0.9, -0.3, 1.2, 0.5}));
  }
}

/// Central differences of the gradient along v; at this step their error is about 1e-9 of the
/// third derivative and of the gradient.
Vector SlopeOfGradient(Formula& f, const Vector& x, const Vector& v) {
  constexpr double kStep = 1e-5;
  return (f.Gradient(x + kStep * v) - f.Gradient(x - kStep * v)) / (2 * kStep);
}

void ExpectSecondSlope(const std::string& text, const std::vector<Variable>& variables,
                       const Vector& at) {
  Formula f(text, variables);
  Vector v(at.size());
  Vector u(at.size());
  for (Index i = 0; i < at.size(); ++i) {
    v[i] = std::cos(1.0 + static_cast<double>(3 * i));
    u[i] = std::sin(2.0 + static_cast<double>(5 * i));
  }
  const Vector product = Product(f, at, v);
  const Vector slope = SlopeOfGradient(f, at, v);
  const double scale = std::max({1.0, slope.cwiseAbs().maxCoeff(), f.Gradient(at).norm()});
  EXPECT_LT((product - slope).cwiseAbs().maxCoeff(), 2e-8 * scale) << text;
  // u'Hv = v'Hu, but for rounding in at most a few hundred terms.
  EXPECT_NEAR(u.dot(product), v.dot(Product(f, at, u)), 1e-12 * scale) << text;
}

TEST(HessianVector, OfEveryFunctionOfTheTableIsTheSlopeOfItsGradient) {
  for (const FunctionInfo& info : Functions()) {
    if (info.arity != 1 || !info.elementwise) continue;
    for (const double x : {0.3, 0.7}) {
      const double at = info.name == "acosh" ? x + 1 : x;
      ExpectSecondSlope(absl::StrCat("3*", info.name, "(x)**2*y + ", info.name, "(x)*sin(x)"),
                        {Scalar("x"), Scalar("y")}, Point({at, 1.3}));
    }
  }
}

TEST(HessianVector, OfOperatorsIsTheSlopeOfTheirGradient) {
  for (const char* text :
       {"x*y*z", "x/y/z", "x**y", "x**3 + x**-2 + x**0.5 + x**1.7", "(x % 0.7)**2*y",
        "x*x if y > 1 else z", "clip(x*y, 0.2, z)**2", "where(x < y, x*z, y/z)*x", "(x < y)*z*z",
        "min(x*3, y, z)**2 + max(x, y*2, z)**3", "a = x*y\nb = a*a + z\na*b + b/a",
        "square(x)*y + relu(y)**2 + relu(-z)*x", "minimum(x, y)*maximum(y, z)*x"}) {
    ExpectSecondSlope(text, Scalars(), Point({0.85, 1.2, 2.6}));
  }
}

TEST(HessianVector, OfReductionsIsTheSlopeOfTheirGradient) {
  for (const char* text :
       {"mean(v**2)*sum(v)", "prod(sin(v)) + prod(v)**2", "prod(v*s)*sum(v)", "dot(v, exp(-v))*s",
        "norm(v - mean(v))**3", "max(v*s)**2 - min(sin(v))*s",
        "sum(v[i]*v[j]*sin(v[i]-v[j]) for i in range(n) for j in range(i))",
        "sum(prod(v[i+k] for k in range(4))**2 for i in range(n-3))",
        "mean(max(v[i+k]*s for k in range(3))**2 for i in range(n-2) if v[i] > 0.5)",
        "max(prod(v[i+k] for k in range(3)) for i in range(n-2))**2",
        "sum(norm(v - v[i]) for i in range(3))",
        "y = sin(v)\nsum(y[i]*y[(i*5) % n]*s for i in range(n))",
        "y = v*s\nw = y + mean(y)\nsum(w*y)/norm(w) + prod(w)**0.1",
        "sum(s*v[3]*i + v[i]*sum(v[j]*s for j in range(i)) for i in range(n))",
        "log(sum(exp(v - max(v)))) + max(v)",
        "sum(sum(sin(v*v[i])[k+1] for k in range(3))**2 for i in range(n))**2",
        "s*sum(v)/(1 + sum(v*v))"}) {
    ExpectSecondSlope(text, {VectorOf("v", 11), Scalar("s")},
                      Point({0.9, 0.31, 1.2, 0.55, 0.71, 1.45, 0.66, 0.83, 1.01, 0.47, 1.33, 1.1}));
  }
}

TEST(HessianVector, OfLongVectorsIsRightPastEveryBlockBoundary) {
  for (const Index n : {1, 2, 7, 8, 9, 63, 64, 65, 200}) {
    ExpectSecondSlope("sum(v**4) + sum(v[i]*v[i+1]**2 for i in range(n-1))*sum(v)/n",
                      {VectorOf("v", n)}, Vector::LinSpaced(n, -1, 1.2));
  }
}

TEST(HessianVector, OfProductsIsExactWithZeros) {
  // d2/dx_i dx_j prod(v) is the product of the others: with two zeros, one pair is left.
  Formula f("prod(v)", {VectorOf("v", 4)});
  Matrix expected = Matrix::Zero(4, 4);
  expected(1, 2) = expected(2, 1) = 2 * 5;

  EXPECT_EQ(Hessian(f, Point({2, 0, 0, 5})), expected);
}

TEST(HessianVector, AtKinksFollowsTheGradientsChoice) {
  const auto second = [](const std::string& text, double x) {
    Formula f(text, {Scalar("x")});
    return Product(f, Point({x}), Point({1}))[0];
  };
  EXPECT_EQ(second("abs(x)", 0), 0);
  EXPECT_EQ(second("relu(x)**2", 0), 0);
  EXPECT_EQ(second("relu(x)**2", 1), 2);
  EXPECT_EQ(second("clip(x, 0, 1)**2", 1), 2);
  EXPECT_EQ(second("clip(x, 0, 1)**2", 1.5), 0);
  EXPECT_EQ(second("x**2", 0), 2);
  Formula norm("norm(v)", {VectorOf("v", 2)});
  EXPECT_EQ(Product(norm, Point({0, 0}), Point({1, 1})), Point({0, 0}));
  Formula hypot("hypot(x, y)", Scalars());
  EXPECT_EQ(Product(hypot, Point({0, 0, 0}), Point({1, 1, 0})), Point({0, 0, 0}));
}

TEST(HessianVector, OfBranchesNotTakenIsNothing) {
  const auto second = [](const std::string& text, double x) {
    Formula f(text, {Scalar("x")});
    return Product(f, Point({x}), Point({1}))[0];
  };
  EXPECT_EQ(second("where(x > 0, log(x), 0)", -1), 0);
  EXPECT_EQ(second("where(x > 0, log(x), 0)", 0), 0);
  EXPECT_EQ(second("where(x > 0, sqrt(x), x**3)**2", 0), 0);
  EXPECT_EQ(second("sqrt(x) if x > 0 else 3*x*x", 0), 6);
  EXPECT_EQ(second("where(x > 0, x**1.5 + 1/x + log(x)**2, x*x)", 0), 2);
  // The root's slope at 0 is infinite, but x has no part in that 0.
  Formula root("cbrt(where(x > 1, x, 0))*y + y*y", Scalars());
  EXPECT_EQ(Product(root, Point({0.5, 2, 0}), Point({1, 1, 0})), Point({0, 2, 0}));
  Formula f("sum(where(v > 0, log(v), v*v))", {VectorOf("v", 3)});
  EXPECT_EQ(Product(f, Point({-1, 0, 2}), Point({1, 1, 1})), Point({2, 2, -0.25}));
}

TEST(HessianVector, OfLinearFormulasIsZero) {
  Formula f("3*x - y + 7", Scalars());

  EXPECT_EQ(Product(f, Point({1, 2, 3}), Point({4, 5, 6})), Point({0, 0, 0}));
}

TEST(Cost, OfAHessianProductIsAGradientAndFourValues) {
  for (const char* text :
       {"sum(100*(v[i+1]-v[i]**2)**2 + (1-v[i])**2 for i in range(n-1))",
        "sum(v**2 - 10*cos(2*pi*v))", "sqrt(sum(v*v))*sum(sin(v))",
        "sum(v[i]*v[j] for i in range(n) for j in range(i))", "sum(exp(-v**2)/(1 + v**4))",
        "y = exp(v)\nsum(y)*y[2] + sum(y*y)", "log(sum(exp(v - max(v)))) + max(v)",
        "prod(v) + prod(v)**2", "norm(v - mean(v))", "sum(tanh(v*v[0] + v[1])**2)"}) {
    for (const Index n : {10, 100, 1000}) {
      const Formula f(text, {VectorOf("v", n)});
      const auto form = HessianVectorForm(f.compiled->machinery());
      ASSERT_TRUE(form.ok());
      const auto value = static_cast<double>(f.compiled->operations());
      const auto gradient = static_cast<double>(f.compiled->gradient_operations());
      EXPECT_LE(form->code.operations, gradient + 4 * value) << text << n;
    }
  }
}

}  // namespace
}  // namespace thalweg::expression
