// Sums of squares: which formulas are seen to be one, their residuals, their Jacobians.

#include <cmath>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "server/core/expression/forms.h"
#include "tests/core/expression/formula.h"

namespace thalweg::expression {
namespace {

const std::vector<Variable> kVector = {VectorOf("x", 5)};
Vector SomePoint() { return Point({0.7, -1.2, 0.4, 1.9, 0.3}); }

Parameter Data(std::vector<double> values) { return {false, std::move(values)}; }
Parameters Table() {
  return {{"t", Data({0.1, 0.5, 0.9, 1.7, 2.2, 2.5, 3.1})},
          {"y", Data({2.0, 1.4, 1.1, 0.4, 0.3, 0.2, 0.1})},
          {"w", Data({1, 2, 3, 4, 0, 0.5, 1})}};
}

int64_t CountOf(const std::string& text) {
  return Formula(text, kVector, Table()).compiled->residual_count();
}

struct Fit {
  Vector residuals;
  Matrix jacobian;
};
Fit FitAt(Formula& f, const Vector& x) {
  const Index m = f.objective->residual_count();
  Fit fit{Vector::Constant(m, 777), Matrix::Constant(m, x.size(), 777)};
  const absl::Status status = f.objective->ResidualsAndJacobian(x, fit.residuals, fit.jacobian);
  EXPECT_TRUE(status.ok()) << status;
  return fit;
}
Vector ResidualsAt(Formula& f, const Vector& x) {
  Vector residuals = Vector::Constant(f.objective->residual_count(), 777);
  EXPECT_TRUE(f.objective->Residuals(x, residuals).ok());
  return residuals;
}

/// Row by row, and column by column.
void ExpectBothJacobians(const std::string& text, Formula& f, const Vector& x,
                         const Matrix& expected) {
  const auto rows = JacobianByRows(f.compiled->machinery());
  const auto columns = JacobianByColumns(f.compiled->machinery());
  ASSERT_TRUE(rows.ok() && columns.ok());
  Machine by_rows(rows->program, rows->code);
  Machine by_columns(columns->program, columns->code);
  Vector residuals = Vector::Zero(expected.rows());
  Matrix all = Matrix::Zero(expected.rows(), expected.cols());
  by_rows.Run({.x = x.data(), .residuals = residuals.data(), .jacobian = all.data()});
  // Both round the same products, in other orders.
  const double tolerance = 1e-13 * std::max(1.0, expected.cwiseAbs().maxCoeff());
  EXPECT_LE((all - expected).cwiseAbs().maxCoeff(), tolerance) << text;
  all.setZero();
  for (Index j = 0; j < x.size(); ++j) {
    const Vector axis = Vector::Unit(x.size(), j);
    by_columns.Run({.x = x.data(), .direction = axis.data(), .jacobian = all.col(j).data()});
  }
  EXPECT_LE((all - expected).cwiseAbs().maxCoeff(), tolerance) << text;
}

/// r'r = f, 2 J'r = the gradient, J = the slope of r.
void ExpectFit(const std::string& text, Formula& f, const Vector& x) {
  ASSERT_GT(f.objective->residual_count(), 0) << text;
  const Fit fit = FitAt(f, x);
  const double value = f.Value(x);
  EXPECT_EQ(fit.residuals, ResidualsAt(f, x)) << text;
  // Square roots of weights and their squares, summed: a few units of rounding each.
  EXPECT_NEAR(fit.residuals.squaredNorm(), value, 1e-13 * std::max(1.0, value)) << text;
  const Vector gradient = f.Gradient(x);
  const double scale = std::max(1.0, gradient.cwiseAbs().maxCoeff());
  EXPECT_LT((2 * fit.jacobian.transpose() * fit.residuals - gradient).cwiseAbs().maxCoeff(),
            1e-12 * scale)
      << text;
  ExpectBothJacobians(text, f, x, fit.jacobian);
  for (Index j = 0; j < x.size(); ++j) {
    const double h = 6e-6 * std::max(1.0, std::abs(x[j]));
    Vector above = x;
    Vector below = x;
    above[j] += h;
    below[j] -= h;
    const Vector slope = (ResidualsAt(f, above) - ResidualsAt(f, below)) / (above[j] - below[j]);
    // Central differences carry errors near 1e-10 of the scale of r and its third derivative.
    EXPECT_LT((slope - fit.jacobian.col(j)).cwiseAbs().maxCoeff(), 2e-8 * scale) << text << j;
  }
}

TEST(SumOfSquares, IsSeenWhereNothingElseIsAdded) {
  EXPECT_EQ(CountOf("sum(x**2)"), 5);
  EXPECT_EQ(CountOf("sum((x - 1)**2)"), 5);
  EXPECT_EQ(CountOf("0.5*sum((x - 1)**2)"), 5);
  EXPECT_EQ(CountOf("mean((x - 1)**2)/3"), 5);
  EXPECT_EQ(CountOf("norm(x - 1)**2"), 5);
  EXPECT_EQ(CountOf("dot(x, x)"), 5);
  EXPECT_EQ(CountOf("square(x[0]) + (x[1] - x[2])**4"), 2);
  EXPECT_EQ(CountOf("100*(x[1] - x[0]**2)**2 + (1 - x[0])**2"), 2);
  EXPECT_EQ(CountOf("sum(100*(x[i+1]-x[i]**2)**2 + (1-x[i])**2 for i in range(n-1))"), 8);
  EXPECT_EQ(CountOf("sum((y - x[0]*exp(-x[1]*t))**2)"), 7);
  EXPECT_EQ(CountOf("mean((y[i] - x[0]*exp(-x[1]*t[i]))**2 for i in range(len(t)))"), 7);
  EXPECT_EQ(CountOf("sum(w*(y - x[0]*exp(-x[1]*t))**2)"), 7);
  EXPECT_EQ(CountOf("sum((x[i] - x[j])**2 for i in range(n) for j in range(n))"), 25);
  EXPECT_EQ(CountOf("sum(x[i]**2 for i in range(n) if x[i] > 0)"), 5);
}

TEST(LeastSquares, IsTheSumOfTheSquaresOfItsArguments) {
  const Parameters data = {{"A", {false, {1, -2, 3, 0.5, 4, -1}, 3}}, {"b", Data({2, -3})}};
  const auto same = [&](const std::string& declared, const std::string& written, Index count) {
    Formula f(declared, {VectorOf("x", 3), Scalar("s")}, data);
    Formula g(written, {VectorOf("x", 3), Scalar("s")}, data);
    const Vector at = Point({0.3, -0.7, 1.1, 0.9});
    EXPECT_EQ(f.compiled->residual_count(), count) << declared;
    EXPECT_EQ(f.Value(at), g.Value(at)) << declared;
    EXPECT_EQ(f.Gradient(at), g.Gradient(at)) << declared;
    ExpectFit(declared, f, at);
  };
  same("least_squares(x - 1)", "sum((x - 1)**2)", 3);
  same("least_squares(x[0]*s - 1)", "(x[0]*s - 1)**2", 1);
  same("least_squares(A @ x - b)", "sum((A @ x - b)**2)", 2);
  same("least_squares(A*x)", "sum((A*x)**2)", 6);
  same("least_squares(A.T*s - 1)", "sum((A.T*s - 1)**2)", 6);
  same("least_squares(A @ x - b, s*x, s - 2)", "sum((A @ x - b)**2) + sum((s*x)**2) + (s - 2)**2",
       6);
  same("r = sin(A @ x) - b\nleast_squares(r, r*s)", "r = sin(A @ x) - b\nsum(r**2) + sum((r*s)**2)",
       4);
  same("least_squares(x[i]*x[j] - i for i in range(3) for j in range(i) if j != 1)",
       "sum((x[i]*x[j] - i)**2 for i in range(3) for j in range(i) if j != 1)", 6);
  same("0.5*least_squares(A @ x - b) + 3*least_squares(x)", "0.5*sum((A @ x - b)**2) + 3*sum(x**2)",
       5);
}

TEST(SumOfSquares, MayHaveTermsThatDoNotVary) {
  EXPECT_EQ(CountOf("sum(x**2) + 4"), 6);
  EXPECT_EQ(CountOf("sum(x**2) + sum(w)"), 6);
  EXPECT_EQ(CountOf("4 + sum(w)"), 0);
}

TEST(SumOfSquares, IsNotSeenInOtherSums) {
  EXPECT_EQ(CountOf("sum(x**2) - 1"), 0);
  EXPECT_EQ(CountOf("sum(x**2) - x[0]**2"), 0);
  EXPECT_EQ(CountOf("-sum(x**2)"), 0);
  EXPECT_EQ(CountOf("-2*sum(x**2)"), 0);
  EXPECT_EQ(CountOf("sum(x**3)"), 0);
  EXPECT_EQ(CountOf("sum(x)"), 0);
  EXPECT_EQ(CountOf("x[0]*sum(x**2)"), 0);
  EXPECT_EQ(CountOf("sum(abs(x))"), 0);
  EXPECT_EQ(CountOf("norm(x)"), 0);
  EXPECT_EQ(CountOf("sum((w - 1)*x[0]**2)"), 0);
  EXPECT_EQ(CountOf("max(x)**2 + sum(log(x))"), 0);
}

TEST(Residuals, HaveTheJacobianThatIsTheirSlope) {
  for (const char* text :
       {"sum(x**2)",
        "0.5*sum((x - 1)**2)",
        "mean((sin(x) - 1)**2)/3",
        "norm(x - mean(x))**2",
        "dot(x, x) + 3*(x[0]*x[1])**2",
        "(x[1] - x[2])**4 + square(x[0])",
        "100*(x[1] - x[0]**2)**2 + (1 - x[0])**2",
        "sum(100*(x[i+1]-x[i]**2)**2 + (1-x[i])**2 for i in range(n-1))",
        "sum((y - x[0]*exp(-x[1]**2*t))**2)",
        "mean((y[i] - x[0]*exp(-abs(x[1])*t[i]))**2 for i in range(len(t)))",
        "sum(w*(y - x[0]*exp(-x[2]*t) - x[3])**2)",
        "sum((x[i] - x[j]*i)**2 for i in range(n) for j in range(i))",
        "sum((sum(x[j]*cos(i*j) for j in range(n)) - y[i])**2 for i in range(7))",
        "sum(x[i]**2*i for i in range(n) if x[i] > 0)",
        "mean((x[i] - 1)**2 for i in range(n) if i % 2 == 0)",
        "sum((x[(3*i) % n] - i)**2 for i in range(n))",
        "sum((prod(x[i+k] for k in range(3)) - 1)**2 for i in range(n-2))",
        "sum((max(x[i+k] for k in range(3)) - 1)**2 for i in range(n-2))",
        "u = x - mean(x)\nsum((u*u[0] - 1)**2) + sum(u**2)",
        "s = sum(sin(x))\nsum((x*s - 1)**2) + (s - 2)**2",
        "sum(norm(x - i)**2*2 for i in range(3))",
        "sum((x[0] - 2)**2 for i in range(3))",
        "sum(x**2) + 4 + sum(w)/3",
        "sum(x[0]**2 + i for i in range(4))",
        "sum(where(x > 0.5, (x - 1)**2, 3*x**2))",
        "sum(sum((x*x[i])[k+1] for k in range(3))**2 + (x[i] - 2)**2 for i in range(n))",
        "v = x*x\nsum((v[i]*v[i+1] - 1)**2 for i in range(n-1)) + (v[0] - sum(v))**2"}) {
    Formula f(text, kVector, Table());
    ExpectFit(text, f, SomePoint());
  }
}

TEST(Residuals, OfManyRowsAreRightPastEveryBlockBoundary) {
  for (const Index n : {2, 8, 9, 63, 64, 65, 130}) {
    Formula f("sum(10*(x[i+1]-x[i]**2)**2 + (1-x[i]*x[0])**2 for i in range(n-1))",
              {VectorOf("x", n)});
    EXPECT_EQ(f.compiled->residual_count(), 2 * (n - 1));
    ExpectFit("chain", f, Vector::LinSpaced(n, -1, 1.2));
  }
}

TEST(Residuals, OfOtherFormulasAreUnknown) {
  Formula f("sum(x)", kVector);
  Vector residuals(5);

  const absl::Status status = f.objective->Residuals(SomePoint(), residuals);

  EXPECT_EQ(status.code(), absl::StatusCode::kUnimplemented);
  EXPECT_EQ(f.objective->residual_count(), 0);
}

TEST(Cost, OfAJacobianIsAPassOverItsRows) {
  // Values, and the reverse of each row: no more for many rows than for few, per row; and less
  // than the five columns' tangents.
  const auto cost = [](int64_t rows) {
    Formula f(absl::StrCat("sum((x[0]*exp(-x[1]*i) + x[2]*cos(x[3]*i) + x[4])**2 for i in range(",
                           rows, "))"),
              kVector);
    const auto form = FormOfJacobian(f.compiled->machinery());
    EXPECT_TRUE(form.ok());
    EXPECT_FALSE(form->by_columns);
    return form->form.code.operations / static_cast<double>(f.compiled->operations());
  };
  EXPECT_LT(cost(1000), 4);
  EXPECT_NEAR(cost(1000), cost(2000), 0.05);
}

TEST(Cost, OfAJacobianWithMuchOutsideTheRowsIsColumns) {
  Formula f(
      "s = sum(sin(x[0]*i)*x[1] for i in range(1000))\n"
      "sum((s*x[0] - i)**2 for i in range(500))",
      {VectorOf("x", 2)});

  const auto form = FormOfJacobian(f.compiled->machinery());

  ASSERT_TRUE(form.ok());
  EXPECT_TRUE(form->by_columns);
  ExpectFit("columns", f, Vector{{0.3, 0.7}});
}

}  // namespace
}  // namespace thalweg::expression
