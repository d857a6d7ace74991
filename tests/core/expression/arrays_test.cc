// Matrices, broadcasting, slices, axes and products: NumPy's values, and gradients that are slopes.

#include <cmath>

#include "gmock/gmock.h"
#include "server/core/expression/report.h"
#include "tests/core/expression/arrays.h"
#include "tests/support/engines.h"

namespace thalweg::expression {
namespace {

TEST(Arrays, HaveNumPysValues) {
  for (const Known& known : kNumPyArrays) {
    Formula f(known.text, Unknowns());
    // Sums of a dozen terms in another order, elementary functions that differ in the last place.
    EXPECT_NEAR(f.Value(Here()), known.value, 1e-13 * std::max(1.0, std::abs(known.value)))
        << known.text;
  }
}

TEST(Arrays, HaveGradientsThatAreSlopes) {
  for (const Known& known : kNumPyArrays) {
    const std::string text = known.text;
    if (text.find("floor") != std::string::npos || text.find("> 0)") != std::string::npos) continue;
    Formula f(text, Unknowns());
    const Vector at = OffEveryKink();
    const Vector slope = Differences([&](const Vector& x) { return f.Value(x); }, at);
    const Vector gradient = f.Gradient(at);
    // Central differences carry errors near 1e-9 of the scale of f.
    const double scale = std::max({1.0, std::abs(known.value), slope.cwiseAbs().maxCoeff()});
    EXPECT_LT((gradient - slope).cwiseAbs().maxCoeff(), 1e-7 * scale)
        << text << "\n"
        << gradient.transpose() << "\n"
        << slope.transpose();
  }
}

TEST(Arrays, GiveTheSameBitsOnEveryEngine) {
  for (const Known& known : kNumPyArrays) {
    Formula f(known.text, Unknowns());
    const double value = f.Value(Here());
    const Vector gradient = f.Gradient(Here());
    for (const thalweg::testing::Engine& engine : thalweg::testing::Engines()) {
      const auto other = engine.make(f.compiled);
      double of_other = 0;
      Vector gradient_of_other = Vector::Zero(Here().size());
      ASSERT_TRUE(other->Value(Here(), of_other).ok());
      EXPECT_EQ(of_other, value) << engine.name << ": " << known.text;
      ASSERT_TRUE(other->ValueAndGradient(Here(), of_other, gradient_of_other).ok());
      EXPECT_EQ(of_other, value) << engine.name << ": " << known.text;
      EXPECT_EQ(gradient_of_other, gradient) << engine.name << ": " << known.text;
    }
  }
}

TEST(Arrays, HaveHessiansThatAreSlopesOfGradients) {
  for (const Known& known : kNumPyArrays) {
    const std::string text = known.text;
    if (text.find("floor") != std::string::npos || text.find("> 0)") != std::string::npos) continue;
    Formula f(text, Unknowns());
    const Vector at = OffEveryKink();
    Vector along(at.size());
    for (Index i = 0; i < at.size(); ++i) along[i] = std::sin(1.0 + static_cast<double>(i));
    Vector product(at.size());
    ASSERT_TRUE(f.objective->HessianVector(at, along, product).ok()) << text;
    constexpr double kStep = 1e-5;
    const Vector slope =
        (f.Gradient(at + kStep * along) - f.Gradient(at - kStep * along)) / (2 * kStep);
    const double scale = std::max({1.0, std::abs(known.value), slope.cwiseAbs().maxCoeff()});
    EXPECT_LT((product - slope).cwiseAbs().maxCoeff(), 1e-7 * scale) << text;
  }
}

Parameters Data(int rows, int columns) {
  std::vector<double> x;
  std::vector<double> y;
  Append(x, rows * columns, 7, 11, 0);
  Append(y, rows, 3, 7, 0);
  return {{"X", {false, x, columns}}, {"y", {false, y}}};
}

struct Refusal {
  const char* text;
  const char* message;
};

// A is 3 x 4, B 4 x 2, v 4, u 3 long.
constexpr Refusal kRefusals[] = {
    {"sum(A @ u)",
     "line 1, column 5: 'A' has shape (3, 4), 'u' has shape (3,); a product needs 4 == 3"},
    {"sum(A @ s)", "line 1, column 5: @ multiplies vectors and matrices; 's' is a number, write *"},
    {"sum(A + u)",
     "line 1, column 5: 'A' has shape (3, 4), 'u' has shape (3,); lengths must be equal or 1, "
     "counted from the last axis"},
    {"A[3, 0]", "line 1, column 3: index 3 is outside axis 0 of 'A', whose shape is (3, 4)"},
    {"A[0, 0, 0]", "line 1, column 9: 'A' has shape (3, 4): at most 2 subscripts"},
    {"sum(A[i, i] for i in range(4))",
     "line 1, column 7: index 3 is outside axis 0 of 'A', whose shape is (3, 4) at i = 3"},
    {"sum(sum(v[i:]) for i in range(3))",
     "line 1, column 9: the parts of a slice must be constant integers, so that its length is "
     "known; "
     "'i' is not (a comprehension may use loop variables in indices)"},
    {"sum(v[::0])", "line 1, column 5: the step of a slice must not be 0"},
    {"sum(A, axis=2)",
     "line 1, column 1: the axis '2' is not one of an array of shape (3, 4): write 0, 1, -1 or -2"},
    {"sum(v, axis=1)",
     "line 1, column 1: the axis '1' is not one of an array of shape (4,): write 0 or -1"},
    {"sum(A, dims=1)",
     "line 1, column 8: 'sum' takes axis= and keepdims=True or False; got 'dims=1'"},
    {"sum(cumsum(A))", "line 1, column 5: 'cumsum' of a matrix needs an axis, 0 or 1"},
    {"A",
     "line 1, column 1: the formula gives an array of shape (3, 4); it must give one number "
     "(sum, mean, norm ... make one)"},
    {"sum([[1, 2], [3]])",
     "line 1, column 14: '[3]' has shape (1,), but the first of this list has (2,)"},
    {"sum(reshape(A, (5, 2)))",
     "line 1, column 5: 'A' has shape (3, 4) and 12 elements, which do not fill (5, 2)"},
    {"sum(A.exp())", "line 1, column 7: arrays have no method 'exp'; write exp(...)"},
    {"max(v[4:])",
     "line 1, column 1: 'v[4:]' has shape (0,): nothing to take the smallest or largest of"},
    {"sum(v[[0, 4]])", "line 1, column 7: index 4 is outside 'v', whose length is 4"},
    {"sum(v[v])",
     "line 1, column 7: a list of places must be integers: a vector parameter, [0, 2] "
     "or arange; 'v' is not"},
    {"sum(zeros((10**5, 10**5)))",
     "line 1, column 12: a length must be a constant integer of 0 or more, made of numbers, "
     "integer "
     "parameters, len(), .shape and + - * // %; '10**5' is not"},
    {"sum(zeros((100000, 100000)))",
     "line 1, column 5: 'zeros((100000, 100000))' has 1e+10 elements; one evaluation may take "
     "1e+08 "
     "operations"},
    {"sum(cumsum(zeros(40000000) + s))",
     "line 1, column 5: temporary arrays take more than 268435456 bytes, the limit; this one has "
     "shape (40000000,)"},
    {"sum(z[i] if i > 5 else 0 for i in range(3)) if 1 else 0",
     "line 1, column 5: unknown name 'z'; did you mean 'A'?"},
};

TEST(Arrays, ThatDoNotFitAreRefusedWithTheirShapes) {
  for (const Refusal& refusal : kRefusals) {
    const absl::Status status = ErrorOf(refusal.text, Unknowns());
    ASSERT_FALSE(status.ok()) << refusal.text;
    const std::string message(status.message());
    EXPECT_EQ(message.substr(0, message.find('\n')), refusal.message);
  }
}

TEST(Arrays, AreNotReadWhereTheyAreEmpty) {
  const absl::Status status =
      ErrorOf("z = v[4:]\nsum(z[i] if i > 5 else 0 for i in range(3))", Unknowns());

  EXPECT_THAT(std::string(status.message()), ::testing::HasSubstr("whose length is 0"));
}

TEST(ArrayCosts, OfLinearRegressionAreOnePassOverTheData) {
  constexpr int kRows = 200;
  constexpr int kColumns = 30;
  for (const char* text :
       {"mean((X @ w - y)**2)", "sum((X @ w - y)**2) / len(y)",
        "mean((sum(X[i, j]*w[j] for j in range(30)) - y[i])**2 for i in range(200))",
        "sum(logaddexp(0, -y * (X @ w))) + sum(w**2)"}) {
    Formula f(text, {VectorOf("w", kColumns)}, Data(kRows, kColumns));
    // A load of X, one of w, a product and a sum for each number of X, and a bit for each row.
    EXPECT_LE(f.compiled->operations(), 4 * kRows * kColumns + 40 * kRows) << text;
    EXPECT_LE(f.compiled->gradient_operations(), 3 * f.compiled->operations()) << text;
    EXPECT_LE(ReportOn(*f.compiled).memory_bytes, 60'000) << text << ": nothing is kept";
  }
}

TEST(ArrayCosts, OfGradientsAreFewValues) {
  for (const char* text :
       {"sum(tanh(X @ A + b) @ c)", "mean((tanh(X @ A + b) @ c - y)**2)",
        "h = tanh(X @ A + b)\nz = tanh(h @ A[:10, :])\nmean((z @ c - y)**2)", "sum((A @ A.T)**2)",
        "sum(A.T @ A)", "-mean(log_softmax(X @ A, axis=1)[:, 0])", "sum(softmax(X @ A, axis=0)**2)",
        "sum(cumsum(A, axis=0)**2)", "sum(cumsum(c)**2)", "sum((c[:, None] - c[None, :])**2)",
        "sum(exp(X @ A), axis=0) @ c", "logsumexp(X @ A)", "sum(var(X @ A, axis=0))",
        "sum(A / norm(A, axis=1, keepdims=True))", "f = lambda a: exp(-a**2)\nsum(f(X @ A))",
        "norm(A, axis=1) @ cumsum(A, axis=0)[:, 1]"}) {
    Formula f(text, {MatrixOf("A", 20, 10), VectorOf("b", 10), VectorOf("c", 10)}, Data(100, 20));
    EXPECT_LE(f.compiled->gradient_operations(), 4 * f.compiled->operations()) << text;
  }
}

TEST(ArrayCosts, OfHiddenUnitsArePaidOnce) {
  const std::vector<Variable> w = {MatrixOf("P", 20, 10), MatrixOf("Q", 10, 8)};
  const Parameters data = Data(50, 20);
  Formula hidden("sum(tanh(X @ P))", w, data);
  Formula both("sum(tanh(X @ P) @ Q)", w, data);

  EXPECT_LE(both.compiled->operations(),
            hidden.compiled->operations() + 5 * 50 * 10 * 8 + 10 * 50 * 10);
}

}  // namespace
}  // namespace thalweg::expression
