#include "server/core/least_squares/loss.h"

#include <cmath>

#include "gtest/gtest.h"
#include "tests/support/descending.h"
#include "tests/support/objectives.h"

namespace thalweg {
namespace {

using testing::Point;

struct Row {
  const char* kind;
  double near;  // rho(0.04)
  double far;   // rho(2.25)
};

// From SciPy 1.10's loss functions (rho[0] at z); Tukey's from Ceres' formula.
const Row kRows[] = {
    {"squared", 0.04, 2.25},
    {"soft_l1", 0.03960781, 1.60555128},
    {"huber", 0.04, 2.0},
    {"cauchy", 0.03922071, 1.178655},
    {"arctan", 0.03997869, 1.152572},
    {"tukey", 0.03842133, 1.0 / 3},
};

TEST(Loss, IsTheSumOfSquaresOfTheResidualsItMakes) {
  for (const Row& row : kRows) {
    const double scale = 2;
    Vector residuals = Point({0.2 * scale, -1.5 * scale, 0});
    Loss(row.kind, scale).Apply(residuals);

    // SciPy prints eight digits.
    EXPECT_NEAR(residuals[0] * residuals[0], scale * scale * row.near, 4e-8) << row.kind;
    EXPECT_NEAR(residuals[1] * residuals[1], scale * scale * row.far, 4e-8) << row.kind;
    EXPECT_GT(residuals[0], 0) << row.kind;
    EXPECT_LT(residuals[1], 0) << row.kind;
    EXPECT_EQ(residuals[2], 0) << row.kind;
  }
}

TEST(Loss, ScalesTheJacobianByItsDerivative) {
  for (const Row& row : kRows) {
    const Loss loss(row.kind, 0.7);
    for (const double r : {-3.0, -0.6, -1e-9, 1e-3, 0.5, 0.71, 20.0}) {
      Vector at = Point({r});
      Matrix jacobian = Matrix::Constant(1, 2, 3.0);
      loss.Apply(at, jacobian);
      const double h = 1e-6 * std::abs(r);
      Vector above = Point({r + h});
      Vector below = Point({r - h});
      loss.Apply(above);
      loss.Apply(below);

      const double slope = (above[0] - below[0]) / (2 * h);
      EXPECT_NEAR(jacobian(0, 1), 3 * slope, 1e-8) << row.kind << " at " << r;
      EXPECT_EQ(jacobian(0, 0), jacobian(0, 1));
    }
  }
}

// A line through ten points, two of which are far off. The fits are SciPy's least_squares (1.10),
// at its finest tolerances; its cost is half of ours.
struct Fit {
  const char* loss;
  double slope, intercept, cost;
};
const Fit kFits[] = {
    {"squared", 1.7830303, 3.20636364, 445.21224242424233},
    {"soft_l1", 1.97923835, 1.12120979, 27.200243703285253},
    {"huber", 1.98161765, 1.1110294, 27.690772058823526},
    {"cauchy", 2.00179844, 1.0275197, 3.428881228414625},
    {"arctan", 2.00373977, 1.02162347, 0.9941568489319076},
};

TEST(Loss, FitsAsScipyDoes) {
  const std::vector<double> off = {.1, -.2, .05, .3, -.1, 20, .2, -.15, -8, .1};
  std::string squares;
  for (size_t i = 0; i < off.size(); ++i) {
    const double t = static_cast<double>(i);
    squares += (i > 0 ? " + " : "") + ("(x[0]*" + std::to_string(t)) + " + x[1] - (" +
               std::to_string(2 * t + 1 + off[i]) + "))**2";
  }
  for (const Fit& fit : kFits) {
    for (const char* method : {"levenberg_marquardt", "dogleg", "gauss_newton"}) {
      const auto outcome = testing::RunOf(
          testing::FromText(squares, 2),
          {.optimizer = {method, {{"loss", std::string(fit.loss)}, {"loss_scale", 0.5}}},
           .stopping = {},
           .start = Point({1.5, 1.5})});

      EXPECT_NEAR(outcome.best.x[0], fit.slope, 1e-7) << method << " " << fit.loss;
      EXPECT_NEAR(outcome.best.x[1], fit.intercept, 1e-7) << method << " " << fit.loss;
      EXPECT_NEAR(outcome.best.value, fit.cost, 1e-9 * fit.cost) << method << " " << fit.loss;
      EXPECT_EQ(outcome.reason.termination, Termination::kConverged) << method << fit.loss;
    }
  }
}

}  // namespace
}  // namespace thalweg
