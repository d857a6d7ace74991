#include "server/core/optimizers/quadratic_program.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "server/core/random.h"

namespace thalweg {
namespace {

constexpr double kInf = std::numeric_limits<double>::infinity();
using Outcome = QuadraticSolution::Outcome;

// Nocedal & Wright (2006), example 16.4: min (x - 1)^2 + (y - 2.5)^2 over a polygon; at (1.4, 1.7).
QuadraticProgram Polygon() {
  QuadraticProgram program;
  program.hessian = 2 * Matrix::Identity(2, 2);
  program.slope = Vector{{-2, -5}};
  program.normals = Matrix{{1, -1, -1, 1, 0}, {-2, -2, 2, 0, 1}};
  program.lower = Vector{{-2, -6, -2, 0, 0}};
  program.upper = Vector::Constant(5, kInf);
  return program;
}

TEST(QuadraticProgram, SolvesAPublishedExample) {
  const QuadraticSolution solution = Solve(Polygon());

  ASSERT_TRUE(solution.ok());
  EXPECT_NEAR(solution.d[0], 1.4, 1e-14);
  EXPECT_NEAR(solution.d[1], 1.7, 1e-14);
  EXPECT_NEAR(solution.multipliers[0], 0.8, 1e-14);
  EXPECT_EQ(solution.multipliers.tail(4), Vector::Zero(4));
}

TEST(QuadraticProgram, TellsThatConstraintsContradictEachOther) {
  QuadraticProgram program = Polygon();
  program.lower[0] = 3;  // x - 2y >= 3, but the third says that it is 2 at most

  EXPECT_EQ(Solve(program).outcome, Outcome::kInfeasible);
}

TEST(QuadraticProgram, FailsWhereTheModelHasNoMinimum) {
  QuadraticProgram program = Polygon();
  program.hessian(1, 1) = -1;

  EXPECT_EQ(Solve(program).outcome, Outcome::kFailed);
}

// Whatever the problem, the Karush-Kuhn-Tucker conditions are what makes an answer one.
TEST(QuadraticProgram, MeetsTheOptimalityConditionsOfRandomPrograms) {
  int solved = 0;
  for (int64_t k = 0; k < 300; ++k) {
    Random random(1, k, 0);
    const Index n = 1 + random.Below(12);
    const Index m = random.Below(16);
    QuadraticProgram program;
    const auto fill = [&random](Matrix& of, Index rows, Index columns) {
      of.resize(rows, columns);
      for (double& number : of.reshaped()) number = random.Normal();
    };
    Matrix root;
    fill(root, n, n);
    program.hessian = root * root.transpose() + 0.01 * Matrix::Identity(n, n);
    program.slope.resize(n);
    random.Normal(program.slope);
    fill(program.normals, n, m);
    program.lower = Vector::Constant(m, -kInf);
    program.upper = Vector::Constant(m, kInf);
    for (Index j = 0; j < m; ++j) {
      const double bound = random.Normal() - 1;
      if (random.Uniform() < 0.6) program.lower[j] = bound;
      if (random.Uniform() < 0.4) program.upper[j] = bound + 2 * random.Uniform();
      if (random.Uniform() < 0.1) program.lower[j] = program.upper[j] = bound;
    }
    program.box_lower = Vector::Constant(n, -3);
    program.box_upper = Vector::Constant(n, random.Uniform() < 0.5 ? 3 : kInf);

    const QuadraticSolution solution = Solve(program);
    ASSERT_NE(solution.outcome, Outcome::kFailed) << k;
    if (!solution.ok()) continue;
    ++solved;
    // Rounding of a few thousand operations on numbers around ten.
    constexpr double kTolerance = 1e-9;
    const Vector& d = solution.d;
    const Vector residual = program.hessian * d + program.slope -
                            program.normals * solution.multipliers - solution.box_multipliers;
    EXPECT_LT(residual.lpNorm<Eigen::Infinity>(),
              kTolerance * (1 + solution.multipliers.lpNorm<1>()))
        << k;
    const auto check = [&](double value, double lower, double upper, double multiplier) {
      EXPECT_GE(value, lower - kTolerance) << k;
      EXPECT_LE(value, upper + kTolerance) << k;
      if (lower == upper) return;
      if (multiplier != 0) {
        EXPECT_NEAR(value, multiplier > 0 ? lower : upper, kTolerance) << k;
      }
    };
    const Vector values = program.normals.transpose() * d;
    for (Index j = 0; j < m; ++j) {
      check(values[j], program.lower[j], program.upper[j], solution.multipliers[j]);
    }
    for (Index i = 0; i < n; ++i) {
      check(d[i], program.box_lower[i], program.box_upper[i], solution.box_multipliers[i]);
    }
  }
  EXPECT_GT(solved, 150);
}

TEST(QuadraticProgram, TakesAConstraintThatIsGivenTwice) {
  QuadraticProgram program = Polygon();
  program.normals.col(1) = program.normals.col(0);
  program.lower[1] = program.lower[0];

  const QuadraticSolution solution = Solve(program);

  ASSERT_TRUE(solution.ok());
  EXPECT_NEAR(solution.d[0], 1.4, 1e-14);
}

}  // namespace
}  // namespace thalweg
