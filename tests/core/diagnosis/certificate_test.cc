// What is shown about the best iterate of a run.

#include <cmath>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/descending.h"
#include "tests/support/objectives.h"

namespace thalweg {
namespace {

using testing::FromText;
using ::testing::HasSubstr;
using testing::Outcome;
using testing::Point;
using testing::RunOf;
using ::testing::SizeIs;

const Part kLbfgs{"lbfgs", {}};

Certificate CertificateOf(const Outcome& outcome) {
  EXPECT_TRUE(outcome.reason.certificate);
  return outcome.reason.certificate.value_or(Certificate());
}

/// Of x itself, without a step.
Certificate CertificateAt(std::unique_ptr<Objective> objective, const Vector& x,
                          const Bounds& bounds = {}, Direction direction = Direction::kMinimize) {
  const auto descent = testing::Begun(std::move(objective), {.optimizer = {"gradient_descent", {}},
                                                             .direction = direction,
                                                             .start = x,
                                                             .bounds = bounds});
  return descent->Explained({}).certificate.value_or(Certificate());
}

TEST(Certificate, ShowsAMinimumByItsCurvature) {
  const Certificate made = CertificateOf(RunOf(FromText("(x[0]-1)**2 + 50*(x[1]+2)**2", 2),
                                               {.optimizer = kLbfgs, .start = Point({5, 5})}));

  EXPECT_EQ(made.verdict, Verdict::kLocalMinimum);
  EXPECT_LT(made.gradient_norm, 1e-8);
  ASSERT_TRUE(made.curvature);
  EXPECT_TRUE(made.curvature->exact);
  EXPECT_NEAR(made.curvature->least, 2, 1e-12);
  EXPECT_NEAR(made.curvature->greatest, 100, 1e-10);
  EXPECT_NEAR(made.curvature->condition, 50, 1e-10);
  EXPECT_THAT(made.text, HasSubstr("a local minimum"));
}

TEST(Certificate, EstimatesWhatIsLeftByNewtonsStep) {
  // Exact on a quadratic: from (3, 1), |(2, 0.1)| away, and f there.
  const Certificate made =
      CertificateAt(FromText("(x[0]-1)**2 + 50*(x[1]-0.9)**2", 2), Point({3, 1}));

  EXPECT_EQ(made.verdict, Verdict::kNotStationary);
  EXPECT_NEAR(made.distance.value(), std::hypot(2, 0.1), 1e-12);
  EXPECT_NEAR(made.gap.value(), 4 + 50 * 0.01, 1e-12);
}

TEST(Certificate, TellsSaddleAndMaximumFromMinimum) {
  EXPECT_EQ(CertificateAt(FromText("x[0]**2 - x[1]**2", 2), Point({0, 0})).verdict,
            Verdict::kSaddle);
  EXPECT_EQ(CertificateAt(FromText("-x[0]**2 - x[1]**2", 2), Point({0, 0})).verdict,
            Verdict::kLocalMaximum);
  EXPECT_EQ(CertificateAt(FromText("cos(x[0])", 1), Point({0})).verdict, Verdict::kLocalMaximum);
}

TEST(Certificate, SpeaksOfTheFunctionAsGivenWhenMaximising) {
  const Certificate made = CertificateAt(FromText("3 - x[0]**2 - 4*x[1]**2", 2), Point({0, 0}), {},
                                         Direction::kMaximize);

  EXPECT_EQ(made.verdict, Verdict::kLocalMaximum);
  EXPECT_DOUBLE_EQ(made.curvature->least, -8);
  EXPECT_DOUBLE_EQ(made.curvature->greatest, -2);
}

TEST(Certificate, ClaimsNoMinimumWithoutCurvature) {
  // A minimum, but second derivatives do not show it.
  EXPECT_EQ(CertificateAt(FromText("x[0]**4 + x[1]**2", 2), Point({0, 0})).verdict,
            Verdict::kStationary);
  EXPECT_EQ(CertificateAt(FromText("(x[0] + x[1])**2", 2), Point({1, -1})).verdict,
            Verdict::kStationary);
}

TEST(Certificate, IsNotMisledByUnits) {
  // Curvatures 2e-10 and 2e10, each exact in its own variable.
  const Certificate made =
      CertificateAt(FromText("1e-10*(x[0]-5e5)**2 + 1e10*(x[1]-1e-6)**2", 2), Point({5e5, 1e-6}));

  EXPECT_EQ(made.verdict, Verdict::kLocalMinimum);
  EXPECT_NEAR(made.curvature->condition, 1e20, 1e9);
  EXPECT_EQ(CertificateAt(FromText("-1e-10*x[0]**2 + 1e10*x[1]**2", 2), Point({0, 0})).verdict,
            Verdict::kSaddle);
}

TEST(Certificate, SeesASaddleWithoutCurvature) {
  // The monkey saddle.
  EXPECT_EQ(CertificateAt(FromText("x[0]**3 - 3*x[0]*x[1]**2", 2), Point({0, 0})).verdict,
            Verdict::kSaddle);
  EXPECT_EQ(CertificateAt(FromText("x[0]**3", 1), Point({0})).verdict, Verdict::kSaddle);
}

TEST(Certificate, NamesActiveBoundsWithTheirMultipliers) {
  // min (x0-3)^2 + (x1-1)^2 + x0*x1 on [-1, 2]^2: x0 = 2 with slope -2 + x1, x1 = 0.
  const Bounds box{Vector::Constant(2, -1), Vector::Constant(2, 2)};
  const Certificate made =
      CertificateOf(RunOf(FromText("(x[0]-3)**2 + (x[1]-1)**2 + x[0]*x[1]", 2),
                          {.optimizer = {"gradient_descent", {{"learning_rate", 0.2}}},
                           .start = Point({0, 0}),
                           .bounds = box}));

  EXPECT_EQ(made.verdict, Verdict::kLocalMinimum);
  ASSERT_THAT(made.active_bounds, SizeIs(1));
  EXPECT_EQ(made.active_bounds[0].coordinate, "x[0]");
  EXPECT_TRUE(made.active_bounds[0].upper);
  EXPECT_EQ(made.active_bounds[0].bound, 2);
  EXPECT_NEAR(made.active_bounds[0].multiplier, 2, 1e-7);
  EXPECT_EQ(made.curvature->least, 2);  // of x1 alone
  EXPECT_EQ(made.curvature->greatest, 2);
}

TEST(Certificate, LooksAtTheCornerOfABoxWithoutCurvature) {
  const Bounds box{Vector::Constant(2, 0), Vector::Constant(2, 1)};
  const Certificate made = CertificateAt(FromText("x[0] + 2*x[1]", 2), Point({0, 0}), box);

  EXPECT_EQ(made.verdict, Verdict::kLocalMinimum);
  EXPECT_EQ(made.active_bound_count, 2);
  EXPECT_EQ(made.gradient_norm, 0);
}

TEST(Certificate, EstimatesTheEndsOfALargeSpectrum) {
  // Curvatures 2, 4, ... 2000; found by Lanczos from within.
  const Certificate made =
      CertificateAt(FromText("sum((i+1)*x[i]**2 for i in range(1000))", 1000), Vector::Zero(1000));

  EXPECT_EQ(made.verdict, Verdict::kStationary);
  EXPECT_FALSE(made.curvature->exact);
  EXPECT_LE(made.curvature->greatest, 2000 + 1e-9);
  EXPECT_GT(made.curvature->greatest, 1900);
  EXPECT_GE(made.curvature->least, 2 - 1e-9);
  EXPECT_LT(made.curvature->least, 60);
}

TEST(Certificate, FindsOneNegativeCurvatureAmongManyOthers) {
  const auto text = "sum(x[i]**2 for i in range(999)) - x[999]**2/2";
  EXPECT_EQ(CertificateAt(FromText(text, 1000), Vector::Zero(1000)).verdict, Verdict::kSaddle);
}

TEST(Certificate, DoesNotSearchOutsideTheBounds) {
  const auto outside = [](const Vector& x, Vector* g) {
    EXPECT_LE(std::abs(x[0]), 1) << "evaluated outside";
    if (g != nullptr) (*g)[0] = std::exp(x[0]) - 1.5;
    return std::exp(x[0]) - 1.5 * x[0];
  };
  const Bounds box{Vector::Constant(1, -1), Vector::Constant(1, 1)};
  for (const double x : {-1.0, -0.999999, 0.405, 1.0}) {
    CertificateAt(testing::Make(1, outside), Point({x}), box);
  }
}

TEST(Fit, HasTheErrorsOfAStraightLine) {
  // y = a + b t through (0, 1), (1, 3), (2, 4), (3, 4): b = 1, a = 1.5, residual sum 1; by the
  // textbook s^2 = 1/2, var b = s^2 / 5, var a = s^2 (1/4 + 1.5^2/5), cov = -1.5 s^2 / 5.
  const auto text = "(x[0]-1)**2 + (x[0]+x[1]-3)**2 + (x[0]+2*x[1]-4)**2 + (x[0]+3*x[1]-4)**2";
  const Certificate made =
      CertificateOf(RunOf(FromText(text, 2), {.optimizer = kLbfgs, .start = Point({0, 0})}));

  ASSERT_TRUE(made.fit);
  EXPECT_EQ(made.fit->observations, 4);
  EXPECT_EQ(made.fit->degrees_of_freedom, 2);
  EXPECT_NEAR(made.fit->residual_deviation, std::sqrt(0.5), 1e-12);
  EXPECT_NEAR(made.fit->standard_errors[0], std::sqrt(0.5 * 0.7), 1e-12);
  EXPECT_NEAR(made.fit->standard_errors[1], std::sqrt(0.1), 1e-12);
  EXPECT_NEAR(made.fit->covariance[1], -0.15, 1e-12);
  EXPECT_NEAR(made.fit->correlation[2], -0.15 / std::sqrt(0.35 * 0.1), 1e-12);
}

TEST(Fit, SaysWhereParametersCannotBeToldApart) {
  const auto text = "(x[0]+x[1]-1)**2 + (x[0]+x[1]-2)**2 + (x[0]+x[1]-4)**2";
  const Certificate made =
      CertificateOf(RunOf(FromText(text, 2), {.optimizer = kLbfgs, .start = Point({0, 0})}));

  ASSERT_TRUE(made.fit);
  EXPECT_EQ(made.fit->rank, 1);
  EXPECT_TRUE(made.fit->standard_errors.empty());
}

TEST(Fit, IsNoneWhereNothingIsLeftOver) {
  const auto text = "(x[0]-1)**2 + (x[1]-2)**2";
  EXPECT_FALSE(CertificateAt(FromText(text, 2), Point({1, 2})).fit);
}

}  // namespace
}  // namespace thalweg
