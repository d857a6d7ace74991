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
  Parameter x{false, {}, columns};
  Parameter y{false, {}};
  Append(x.values, rows * columns, 7, 11, 0);
  Append(y.values, rows, 3, 7, 0);
  return {{"X", x}, {"y", y}};
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
