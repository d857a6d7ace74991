#include "server/core/populations/cma_distribution.h"

#include <Eigen/Eigenvalues>
#include <algorithm>
#include <cmath>
#include <numeric>

#include "gtest/gtest.h"
#include "tests/support/descending.h"

namespace thalweg {
namespace {

using testing::Point;

CmaForm Form(Index n, Index lambda) { return {.n = n, .lambda = lambda}; }

// pycma prints these at the beginning of a run: "(3_w,6)-aCMA-ES (mu_w=2.0,w_1=63%) in dimension
// 2".
TEST(CmaConstants, AreThoseThatPycmaPrints) {
  const CmaConstants two(Form(2, 6));
  EXPECT_EQ(two.mu, 3);
  EXPECT_NEAR(two.mu_eff, 2.0, 0.05);
  EXPECT_NEAR(two.weights[0], 0.63, 0.01);
  const CmaConstants four(Form(4, 8));
  EXPECT_EQ(four.mu, 4);
  EXPECT_NEAR(four.mu_eff, 2.6, 0.05);
  EXPECT_NEAR(four.weights[0], 0.52, 0.01);
  const CmaConstants ten(Form(10, 10));
  EXPECT_EQ(ten.mu, 5);
  EXPECT_NEAR(ten.mu_eff, 3.2, 0.05);
  EXPECT_NEAR(ten.weights[0], 0.45, 0.01);
}

TEST(CmaConstants, KeepTheCovariancePositiveDefinite) {
  for (const Index n : {1, 2, 10, 100}) {
    for (const Index lambda : {2, 3, 10, 500}) {
      const CmaConstants constants(Form(n, lambda));
      EXPECT_NEAR(constants.weights.head(constants.mu).sum(), 1, 1e-12);
      EXPECT_LE(constants.weights.tail(lambda - constants.mu).maxCoeff(), 1e-15);
      // Hansen (2016), appendix: the sum of the negative weights, times n c_mu, leaves C its part.
      const double bad = -constants.weights.tail(lambda - constants.mu).sum();
      EXPECT_LE(bad * constants.c_mu * static_cast<double>(n),
                1 - constants.c_1 - constants.c_mu + 1e-12);
      EXPECT_LE(constants.c_1 + constants.c_mu, 1 + 1e-12);
    }
  }
}

/// The tutorial's equations as they stand, with C^-1/2 from a decomposition of C: what the
/// distribution does from its own numbers (B z, ||z||) is done here from the points alone.
struct Tutorial {
  explicit Tutorial(const CmaForm& form, const Vector& start, double first_sigma)
      : c(form), n(static_cast<double>(form.n)), mean(start), sigma(first_sigma) {
    covariance = Matrix::Identity(form.n, form.n);
    p_sigma = p_c = Vector::Zero(form.n);
  }

  void Update(const Matrix& points, const std::vector<Index>& order) {
    ++g;
    const Eigen::SelfAdjointEigenSolver<Matrix> solver(covariance);
    const Matrix whiten = solver.operatorInverseSqrt();
    const Matrix y = (points.colwise() - mean) / sigma;
    Vector y_w = Vector::Zero(mean.size());
    for (Index i = 0; i < c.mu; ++i) y_w += c.weights[i] * y.col(order[static_cast<size_t>(i)]);
    mean += sigma * y_w;
    p_sigma = (1 - c.c_sigma) * p_sigma +
              std::sqrt(c.c_sigma * (2 - c.c_sigma) * c.mu_eff) * (whiten * y_w);
    const double h =
        p_sigma.norm() / std::sqrt(1 - std::pow(1 - c.c_sigma, 2 * g)) < (1.4 + 2 / (n + 1)) * c.chi
            ? 1
            : 0;
    p_c = (1 - c.c_c) * p_c + h * std::sqrt(c.c_c * (2 - c.c_c) * c.mu_eff) * y_w;
    Matrix next =
        (1 + c.c_1 * (1 - h) * c.c_c * (2 - c.c_c) - c.c_1 - c.c_mu * c.weights.sum()) * covariance;
    next += c.c_1 * p_c * p_c.transpose();
    for (Index i = 0; i < c.weights.size(); ++i) {
      const Vector y_i = y.col(order[static_cast<size_t>(i)]);
      const double w = c.weights[i] * (c.weights[i] >= 0 ? 1 : n / (whiten * y_i).squaredNorm());
      next += c.c_mu * w * y_i * y_i.transpose();
    }
    covariance = next;
    sigma *= std::exp(c.c_sigma / c.d_sigma * (p_sigma.norm() / c.chi - 1));
  }

  CmaConstants c;
  double n;
  Vector mean;
  double sigma;
  Matrix covariance;
  Vector p_sigma, p_c;
  double g = 0;
};

std::vector<Index> OrderOnAnEllipsoid(const Matrix& points) {
  Vector values(points.cols());
  for (Index i = 0; i < points.cols(); ++i) {
    values[i] = 0;
    for (Index d = 0; d < points.rows(); ++d) {
      const double along = points(d, i) + (d > 0 ? points(d - 1, i) : 0);
      values[i] += std::pow(10, static_cast<double>(d)) * along * along;
    }
  }
  std::vector<Index> order(static_cast<size_t>(points.cols()));
  std::iota(order.begin(), order.end(), Index{0});
  std::sort(order.begin(), order.end(), [&](Index a, Index b) { return values[a] < values[b]; });
  return order;
}

TEST(CmaDistribution, MovesAsTheTutorialSays) {
  const CmaForm form = Form(3, 8);
  const Vector start = Point({1, 2, -3});
  CmaDistribution distribution(form, start, Vector::Ones(3), 0.5);
  ASSERT_EQ(distribution.constants().lazy_steps, 1);
  Tutorial tutorial(form, start, 0.5);
  Matrix points;
  for (int64_t generation = 0; generation < 30; ++generation) {
    Random random(5, generation, 0);
    distribution.Sample(random, points);
    const std::vector<Index> order = OrderOnAnEllipsoid(points);
    distribution.Update(order);
    tutorial.Update(points, order);
  }

  // Differences are roundings, amplified by a condition of C of some hundreds and 30 steps.
  EXPECT_NEAR((distribution.mean() - tutorial.mean).norm(), 0, 1e-10);
  EXPECT_NEAR(distribution.sigma(), tutorial.sigma, 1e-10);
  EXPECT_NEAR((distribution.path() - tutorial.p_c).norm(), 0, 1e-10);
  const Vector deviations = tutorial.covariance.diagonal().cwiseSqrt();
  EXPECT_NEAR((distribution.Deviations() - deviations).norm(), 0, 1e-10);
  EXPECT_GT(distribution.Condition(), 10);
}

TEST(CmaDistribution, SamplesWithTheCovarianceItHas) {
  const Vector scale = Point({1, 10});
  CmaDistribution distribution(Form(2, 20'000), Point({3, 4}), scale, 0.5);
  Random random(1, 0, 0);
  Matrix points;
  distribution.Sample(random, points);

  // 20 000 draws: the standard error of a mean is sigma / 141, that of a variance 1% of it.
  const Vector mean = points.rowwise().mean();
  EXPECT_NEAR(mean[0], 3, 4 * 0.5 / 141);
  EXPECT_NEAR(mean[1], 4, 4 * 5.0 / 141);
  const Vector variance = (points.colwise() - mean).rowwise().squaredNorm() / 20'000;
  EXPECT_NEAR(variance[0], 0.25, 4 * 0.0025);
  EXPECT_NEAR(variance[1], 25, 4 * 0.25);
}

TEST(CmaDistribution, WithADiagonalCovarianceKeepsNoMatrix) {
  CmaForm form = Form(100'000, 8);
  form.diagonal = true;
  CmaDistribution distribution(form, Vector::Zero(100'000), Vector::Ones(100'000), 1);
  Random random(1, 0, 0);
  Matrix points;
  distribution.Sample(random, points);
  distribution.Update({0, 1, 2, 3, 4, 5, 6, 7});

  State writer = State::Writer();
  distribution.Remember(writer);
  EXPECT_LT(writer.TakeBytes().size(), 8U * 10 * 100'000);
}

TEST(CmaDistribution, RefusesAStateWhosePartsDoNotFit) {
  CmaDistribution three(Form(3, 8), Vector::Zero(3), Vector::Ones(3), 1);
  State writer = State::Writer();
  three.Remember(writer);
  std::string bytes = writer.TakeBytes();
  State whole = State::Reader(bytes);
  CmaDistribution copy;
  copy.Remember(whole);
  EXPECT_TRUE(whole.Finish().ok()) << whole.Finish();
  EXPECT_EQ(copy.form().n, 3);

  bytes.resize(bytes.size() / 2);
  State half = State::Reader(bytes);
  CmaDistribution other;
  other.Remember(half);
  EXPECT_FALSE(half.Finish().ok());
}

}  // namespace
}  // namespace thalweg
