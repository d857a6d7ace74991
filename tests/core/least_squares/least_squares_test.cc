#include "server/core/least_squares/least_squares.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "server/core/violation.h"
#include "tests/support/descending.h"
#include "tests/support/objectives.h"
#include "tests/support/wrapped.h"

namespace thalweg {
namespace {

using testing::FromText;
using ::testing::HasSubstr;
using testing::Outcome;
using testing::Point;
using testing::RunOf;

const char* const kMethods[] = {"levenberg_marquardt", "gauss_newton", "dogleg"};

TEST(LeastSquares, EndsByItselfHoweverLargeTheResidualsUnits) {
  // The same fit in units a million times apart: gradients 1e12 times apart, the same end.
  for (const double unit : {1e-3, 1.0, 1e6}) {
    for (const char* method : kMethods) {
      const std::string u = std::to_string(unit);
      const Outcome outcome =
          RunOf(FromText("(" + u + "*(exp(x[0]) - 2))**2 + (" + u + "*(x[0] - 1))**2 + (" + u +
                             "*(x[0]**2 - 3))**2",
                         1),
                {.optimizer = {method, {}}, .stopping = {}, .start = Point({2})});

      EXPECT_EQ(outcome.reason.termination, Termination::kConverged) << method << unit;
      EXPECT_EQ(outcome.reason.criterion, "relative_offset") << method << unit;
      // Where (e^x - 2)e^x + (x - 1) + 2x(x^2 - 3) = 0, by bisection in 60 digits.
      EXPECT_NEAR(outcome.best.x[0], 1.15303224546747460, 1e-11) << method << unit;
      EXPECT_LT(outcome.iterates.size(), 30U) << method << unit;
    }
  }
}

TEST(LeastSquares, TakesTheShortestOfManySolutions) {
  for (const char* method : kMethods) {
    const Outcome outcome =
        RunOf(FromText("(x[0] + x[1] + x[2] - 3)**2", 3),
              {.optimizer = {method, {}}, .stopping = {}, .start = Point({0, 0, 0})});

    EXPECT_NEAR(outcome.best.value, 0, 1e-28) << method;
    for (const double x : outcome.best.x) EXPECT_NEAR(x, 1, 1e-12) << method;
  }
}

TEST(LeastSquares, EndsOnAWallWhereTheRestOfTheStepIsZero) {
  for (const char* method : kMethods) {
    const Outcome outcome = RunOf(FromText("(x[0] - 2)**2 + (x[0] + x[1] - 5)**2", 2),
                                  {.optimizer = {method, {}},
                                   .stopping = {},
                                   .start = Point({0, 0}),
                                   .bounds = {Point({-1, -1}), Point({1, 9})}});

    EXPECT_EQ(outcome.best.x[0], 1) << method;
    EXPECT_NEAR(outcome.best.x[1], 4, 1e-14) << method;
    EXPECT_EQ(outcome.reason.termination, Termination::kConverged) << method;
  }
}

TEST(LeastSquares, ReportsTheRobustLossFromTheStartOn) {
  const Outcome outcome =
      RunOf(FromText("(x[0] - 3)**2", 1),
            {.optimizer = {"levenberg_marquardt", {{"loss", std::string("soft_l1")}}},
             .stopping = {},
             .start = Point({0})});

  EXPECT_NEAR(outcome.iterates.front().value, 2 * (std::sqrt(10.0) - 1), 1e-14);
  EXPECT_NEAR(outcome.iterates.front().gradient_norm, 2 * 3 / std::sqrt(10.0), 1e-14);
  EXPECT_NEAR(outcome.best.x[0], 3, 1e-12);
}

/// Claims more residuals than it has.
class Huge final : public testing::Wrapped {
 public:
  using Wrapped::Wrapped;
  Index residual_count() const override { return Index{1} << 40; }

 private:
  absl::Status See(const Vector&, double*, Vector*) override { return absl::OkStatus(); }
};

TEST(LeastSquares, RefusesAJacobianThatIsTooLargeBeforeMakingIt) {
  for (const char* method : kMethods) {
    const auto refused =
        Descent::Create(std::make_unique<Huge>(FromText("(x[0] - 3)**2", 1)),
                        {.optimizer = {method, {}}, .stopping = {}, .start = Point({0})});

    const auto violations = ViolationsOf(refused.status());
    ASSERT_EQ(violations.size(), 1U);
    EXPECT_EQ(violations[0].field, "optimizer.kind");
    EXPECT_THAT(violations[0].description,
                HasSubstr("its Jacobian of 1099511627776 residuals by 1 variables is too large"));
  }
}

}  // namespace
}  // namespace thalweg
