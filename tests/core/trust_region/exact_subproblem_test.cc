#include "server/core/trust_region/exact_subproblem.h"

#include <Eigen/Eigenvalues>
#include <cmath>

#include "gtest/gtest.h"
#include "server/core/random.h"
#include "tests/support/descending.h"

namespace thalweg {
namespace {

using testing::Point;

ModelStep Solved(const Matrix& hessian, const Vector& gradient, double radius) {
  ModelStep step;
  SolveExactly(hessian, gradient, Vector::Ones(gradient.size()), radius, step);
  return step;
}

// Moré & Sorensen (1983), Lemma 2.1: w is the minimiser if and only if for some lambda >= 0
// (H + lambda I) w = -g, H + lambda I is positive semidefinite, and lambda (radius - ||w||) = 0.
void ExpectMinimiser(const Matrix& hessian, const Vector& gradient, double radius,
                     const Vector& w) {
  const double lowest = Eigen::SelfAdjointEigenSolver<Matrix>(hessian).eigenvalues()[0];
  const double size = hessian.norm() + gradient.norm() / radius;
  EXPECT_LE(w.norm(), radius * (1 + 1e-9));
  const double lambda = -w.dot(gradient + hessian * w) / w.squaredNorm();
  EXPECT_LT((hessian * w + lambda * w + gradient).norm(), 1e-8 * size * radius);
  EXPECT_GE(lambda, -1e-9 * size);
  EXPECT_GE(lambda + lowest, -1e-9 * size);
  if (lambda > 1e-7 * size) {
    EXPECT_NEAR(w.norm(), radius, 1e-9 * radius);
  }
}

TEST(ExactSubproblem, MeetsTheConditionsOfItsMinimiser) {
  for (int64_t member = 0; member < 300; ++member) {
    Random random(3, 0, member);
    const Index n = 1 + random.Below(7);
    Matrix half(n, n);
    for (Index j = 0; j < n; ++j) {
      for (Index i = 0; i < n; ++i) half(i, j) = random.Normal();
    }
    Matrix hessian = half + half.transpose();
    if (member % 3 == 0) hessian = half * half.transpose();
    Vector gradient(n);
    random.Normal(gradient);
    const double radius = 0.01 + 3 * random.Uniform();

    SCOPED_TRACE(member);
    ExpectMinimiser(hessian, gradient, radius, Solved(hessian, gradient, radius).w);
  }
}

TEST(ExactSubproblem, FillsUpTheStepInTheHardCase) {
  // No slope along the direction of the lowest curvature, -2: w = (-1/(1+2), +-...) of length 1.
  Matrix hessian(2, 2);
  hessian << 1, 0, 0, -2;
  const ModelStep step = Solved(hessian, Point({1, 0}), 1);

  EXPECT_NEAR(step.w[0], -1.0 / 3, 1e-14);
  EXPECT_NEAR(std::abs(step.w[1]), std::sqrt(8.0) / 3, 1e-14);
  EXPECT_TRUE(step.bounded);
  EXPECT_TRUE(step.negative);
}

TEST(ExactSubproblem, LeavesASaddleWhereTheGradientIsZeroAlongIt) {
  Matrix hessian(2, 2);
  hessian << 2, 0, 0, -1;
  const ModelStep step = Solved(hessian, Point({1e-3, 0}), 0.5);

  EXPECT_NEAR(step.w.norm(), 0.5, 1e-12);
  ExpectMinimiser(hessian, Point({1e-3, 0}), 0.5, step.w);
}

TEST(ExactSubproblem, TakesTheNewtonStepWhereItFits) {
  Matrix hessian(2, 2);
  hessian << 4, 1, 1, 3;
  const ModelStep step = Solved(hessian, Point({1, 2}), 10);

  EXPECT_NEAR(step.w[0], -1.0 / 11, 1e-15);
  EXPECT_NEAR(step.w[1], -7.0 / 11, 1e-15);
  EXPECT_FALSE(step.bounded);
}

TEST(SolveByCg, SolvesTheNewtonSystemAndStopsAtTheRadius) {
  Matrix hessian(2, 2);
  hessian << 4, 1, 1, 3;
  const HessianProduct product = [&](const Vector& v, Vector& hv) {
    hv = hessian * v;
    return absl::OkStatus();
  };
  ModelStep step;
  ASSERT_TRUE(SolveByCg(product, Point({1, 2}), Point({1, 1}), {10, 1e-14, 10}, step).ok());
  EXPECT_NEAR(step.w[0], -1.0 / 11, 1e-14);
  EXPECT_NEAR(step.w[1], -7.0 / 11, 1e-14);
  EXPECT_FALSE(step.bounded);

  ASSERT_TRUE(SolveByCg(product, Point({1, 2}), Point({1, 1}), {0.1, 1e-14, 10}, step).ok());
  EXPECT_NEAR(step.w.norm(), 0.1, 1e-15);
  EXPECT_TRUE(step.bounded);
}

TEST(SolveByCg, KeepsToTheFreeCoordinates) {
  Matrix hessian(2, 2);
  hessian << 4, 1, 1, 3;
  const HessianProduct product = [&](const Vector& v, Vector& hv) {
    hv = hessian * v;
    return absl::OkStatus();
  };
  ModelStep step;
  ASSERT_TRUE(SolveByCg(product, Point({1, 2}), Point({0, 1}), {10, 1e-14, 10}, step).ok());

  EXPECT_EQ(step.w[0], 0);
  EXPECT_NEAR(step.w[1], -2.0 / 3, 1e-15);
}

}  // namespace
}  // namespace thalweg
