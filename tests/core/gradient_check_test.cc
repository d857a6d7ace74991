#include "server/core/diagnosis/gradient_check.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <functional>
#include <limits>
#include <utility>

namespace thalweg {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

/// An objective of two lambdas, so that value and gradient can be made to disagree.
class Lambdas final : public Objective {
 public:
  using F = std::function<double(const Vector&)>;
  using G = std::function<Vector(const Vector&)>;

  Lambdas(Index n, F f, G g)
      : layout_(*Layout::Of({{.name = "x", .scalar = false, .length = n}})),
        f_(std::move(f)),
        g_(std::move(g)) {}

  const Layout& layout() const override { return layout_; }
  absl::Status Value(const Vector& x, double& value) override {
    ++values;
    value = f_(x);
    return failure;
  }
  absl::Status ValueAndGradient(const Vector& x, double& value, Vector& gradient) override {
    ++gradients;
    gradient = g_(x);
    return Value(x, value);
  }
  std::string ExplainNonFinite(const Vector&) override { return "log(-1) at line 1"; }

  int values = 0, gradients = 0;
  absl::Status failure;

 private:
  Layout layout_;
  F f_;
  G g_;
};

// f = exp(x0) * sin(x1) + x0 * x1^3: no symmetry that could hide a mistake.
double F(const Vector& x) { return std::exp(x[0]) * std::sin(x[1]) + x[0] * std::pow(x[1], 3); }
Vector G(const Vector& x) {
  return Vector{{std::exp(x[0]) * std::sin(x[1]) + std::pow(x[1], 3),
                 std::exp(x[0]) * std::cos(x[1]) + 3 * x[0] * x[1] * x[1]}};
}
const Vector kPoint{{0.7, -1.3}};

GradientCheck Check(Lambdas objective, const Vector& x, const GradientCheckOptions& options = {}) {
  return *CheckGradient(objective, x, options);
}

TEST(GradientCheck, PassesAnExactGradientToManyDigits) {
  const GradientCheck check = Check({2, F, G}, kPoint);

  EXPECT_TRUE(check.passed);
  EXPECT_THAT(check.suspicion, IsEmpty());
  EXPECT_EQ(check.value, F(kPoint));
  for (const CoordinateCheck& coordinate : check.coordinates) {
    EXPECT_LT(coordinate.relative_error, 1e-9);  // eps^(2/3) = 4e-11 is what differences can reach
    EXPECT_LE(coordinate.absolute_error, coordinate.resolution);
  }
}

TEST(GradientCheck, SeesAWrongSign) {
  const auto check = Check({2, F, [](const Vector& x) -> Vector { return -G(x); }}, kPoint);

  EXPECT_FALSE(check.passed);
  EXPECT_THAT(check.suspicion, StartsWith("wrong sign"));
}

TEST(GradientCheck, SeesAWrongFactorAndNamesIt) {
  const auto check = Check({2, F, [](const Vector& x) -> Vector { return 2 * G(x); }}, kPoint);

  EXPECT_FALSE(check.passed);
  EXPECT_THAT(check.suspicion, StartsWith("wrong factor: the gradient is 2 times"));
}

TEST(GradientCheck, SeesSwappedCoordinatesAndNamesThem) {
  const auto swapped = [](const Vector& x) -> Vector { return G(x).reverse(); };
  const auto check = Check({2, F, swapped}, kPoint);

  EXPECT_FALSE(check.passed);
  EXPECT_THAT(check.suspicion,
              AllOf(StartsWith("swapped index"), HasSubstr("x[0]"), HasSubstr("x[1]")));
}

TEST(GradientCheck, SeesAMissingTermInOneCoordinateOnly) {
  const auto missing = [](const Vector& x) -> Vector { return Vector{{G(x)[0], 0}}; };
  const auto check = Check({2, F, missing}, kPoint);

  EXPECT_FALSE(check.passed);
  EXPECT_TRUE(check.coordinates[0].passed);
  EXPECT_EQ(check.worst, 1U);
  EXPECT_THAT(check.suspicion, AllOf(StartsWith("missing term"), HasSubstr("x[1]")));
}

TEST(GradientCheck, SeesAnErrorInTheFourthDigit) {
  const auto off = [](const Vector& x) -> Vector { return G(x) + Vector{{0.0, 1e-4}}; };
  const auto check = Check({2, F, off}, kPoint);

  EXPECT_FALSE(check.passed);
  EXPECT_EQ(check.worst, 1U);
}

TEST(GradientCheck, TakesTheToleranceIntoAccount) {
  const auto off = [](const Vector& x) -> Vector { return 1.001 * G(x); };

  EXPECT_FALSE(Check({2, F, off}, kPoint, {.tolerance = 1e-4}).passed);
  EXPECT_TRUE(Check({2, F, off}, kPoint, {.tolerance = 1e-2}).passed);
}

TEST(GradientCheck, SeesAWrongSignHoweverSmallTheGradient) {
  const auto f = [](const Vector& x) { return 1e-9 * F(x); };
  const auto g = [](const Vector& x) -> Vector { return -1e-9 * G(x); };

  EXPECT_FALSE(Check({2, f, g}, kPoint).passed);
}

TEST(GradientCheck, PassesWhereTheGradientVanishes) {
  const auto f = [](const Vector& x) { return std::cos(x[0]) + 3; };
  const auto g = [](const Vector& x) -> Vector { return Vector{{-std::sin(x[0])}}; };

  EXPECT_TRUE(Check({1, f, g}, Vector{{0.0}}).passed);
  EXPECT_TRUE(Check({1, f, g}, Vector{{std::acos(-1.0)}}).passed);
}

TEST(GradientCheck, PassesWhereRoundingIsAllThatIsLeft) {
  // Himmelblau's function at a minimiser rounded to double: f is 1e-29, its gradient 1e-14.
  const auto f = [](const Vector& x) {
    return std::pow(x[0] * x[0] + x[1] - 11, 2) + std::pow(x[0] + x[1] * x[1] - 7, 2);
  };
  const auto g = [](const Vector& x) -> Vector {
    const double a = x[0] * x[0] + x[1] - 11;
    const double b = x[0] + x[1] * x[1] - 7;
    return Vector{{4 * a * x[0] + 2 * b, 2 * a + 4 * b * x[1]}};
  };

  EXPECT_TRUE(Check({2, f, g}, Vector{{-2.8051180869527448, 3.1313125182505731}}).passed);
  EXPECT_TRUE(Check({2, f, g}, Vector{{3.5844283403304918, -1.8481265269644034}}).passed);
}

TEST(GradientCheck, PassesWhereLargeTermsCancelInAValue) {
  // At the minimum f is 0 but computed in units of 1e-13, from terms of 1000.
  const auto f = [](const Vector& x) { return 1000 - 1000 * std::cos(x[0] - 400); };
  const auto g = [](const Vector& x) -> Vector { return Vector{{1000 * std::sin(x[0] - 400)}}; };
  const Vector x{{400 + 1e-13}};

  EXPECT_TRUE(Check({1, f, g}, x).passed);
  EXPECT_TRUE(Check({1, f, [](const Vector&) -> Vector { return Vector{{2e-13}}; }}, x).passed);
  EXPECT_FALSE(Check({1, f, [](const Vector&) -> Vector { return Vector{{1e-6}}; }}, x).passed);
}

TEST(GradientCheck, CopesWithBadScales) {
  // Brown's badly scaled function (More, Garbow & Hillstrom 1981, no. 4) near its minimum.
  const auto f = [](const Vector& x) {
    return std::pow(x[0] - 1e6, 2) + std::pow(x[1] - 2e-6, 2) + std::pow(x[0] * x[1] - 2, 2);
  };
  const auto g = [](const Vector& x) -> Vector {
    const double r = 2 * (x[0] * x[1] - 2);
    return Vector{{2 * (x[0] - 1e6) + r * x[1], 2 * (x[1] - 2e-6) + r * x[0]}};
  };
  const auto wrong = [&](const Vector& x) -> Vector { return Vector{{g(x)[0], -g(x)[1]}}; };
  const Vector x{{1.1e6, 2.2e-6}};

  EXPECT_TRUE(Check({2, f, g}, x).passed);
  EXPECT_FALSE(Check({2, f, wrong}, x).passed);
}

TEST(GradientCheck, CopesWithALargeConstant) {
  const auto f = [](const Vector& x) { return 1e8 + F(x); };

  EXPECT_TRUE(Check({2, f, G}, kPoint).passed);
  EXPECT_FALSE(Check({2, f, [](const Vector& x) -> Vector { return -G(x); }}, kPoint).passed);
}

/// The same for the same x, and unlike anything smooth: bits of x, scrambled, in [-1, 1].
double Noise(double x) {
  uint64_t bits = 0;
  std::memcpy(&bits, &x, sizeof bits);
  bits = (bits ^ (bits >> 30U)) * 0xBF58476D1CE4E5B9U;
  bits = (bits ^ (bits >> 27U)) * 0x94D049BB133111EBU;
  return static_cast<double>(bits >> 11U) / 4503599627370496.0 - 1;
}

TEST(GradientCheck, SeesThroughNoiseAndSaysSo) {
  const auto f = [](const Vector& x) { return F(x) + 1e-3 * Noise(x[0] + 3 * x[1]); };
  const auto wrong = [](const Vector& x) -> Vector { return -G(x); };

  const auto check = Check({2, f, G}, kPoint);

  EXPECT_TRUE(check.passed);
  EXPECT_TRUE(check.coordinates[0].noisy);
  EXPECT_THAT(check.suspicion, StartsWith("noise"));
  EXPECT_FALSE(Check({2, f, wrong}, kPoint).passed);
}

double AbsF(const Vector& x) { return std::abs(x[0]) + 0.5 * x[0]; }

TEST(GradientCheck, AcceptsAnySlopeBetweenTheTwoOfAKinkAndNamesThem) {
  const auto check =
      Check({1, AbsF, [](const Vector&) -> Vector { return Vector{{0.5}}; }}, Vector{{0.0}});

  EXPECT_TRUE(check.passed);
  EXPECT_TRUE(check.coordinates[0].kink);
  EXPECT_NEAR(check.coordinates[0].slope_below, -0.5, 1e-12);
  EXPECT_NEAR(check.coordinates[0].slope_above, 1.5, 1e-12);
  EXPECT_THAT(check.suspicion, StartsWith("kink"));
}

TEST(GradientCheck, RefusesASlopeOutsideTheTwoOfAKink) {
  const auto check =
      Check({1, AbsF, [](const Vector&) -> Vector { return Vector{{1.6}}; }}, Vector{{0.0}});

  EXPECT_FALSE(check.passed);
  EXPECT_THAT(check.suspicion, AllOf(StartsWith("kink"), HasSubstr("1.6")));
}

TEST(GradientCheck, IsNotDisturbedByAKinkNearby) {
  const auto g = [](const Vector&) -> Vector { return Vector{{1.5}}; };
  const auto wrong = [](const Vector&) -> Vector { return Vector{{0.5}}; };

  for (const double distance : {1e-1, 1e-3, 1e-6}) {
    const auto check = Check({1, AbsF, g}, Vector{{distance}});
    EXPECT_TRUE(check.passed) << distance;
    EXPECT_FALSE(check.coordinates[0].kink) << distance;
    EXPECT_FALSE(Check({1, AbsF, wrong}, Vector{{distance}}).passed) << distance;
  }
}

TEST(GradientCheck, TakesOneSidedDifferencesAtTheEdgeOfTheDomain) {
  const auto f = [](const Vector& x) { return x[0] + x[0] * std::sqrt(x[0]); };
  const auto g = [](const Vector& x) -> Vector { return Vector{{1 + 1.5 * std::sqrt(x[0])}}; };

  const auto check = Check({1, f, g}, Vector{{0.0}});

  EXPECT_TRUE(check.passed);
  EXPECT_NEAR(check.coordinates[0].difference, 1, 1e-4);
}

TEST(GradientCheck, ReportsAnIsolatedPoint) {
  const auto f = [](const Vector& x) { return x[0] == 2 ? 1 : std::nan(""); };
  const auto g = [](const Vector&) -> Vector { return Vector{{0.0}}; };

  const auto check = Check({1, f, g}, Vector{{2.0}});

  EXPECT_FALSE(check.passed);
  EXPECT_THAT(check.suspicion, StartsWith("edge"));
}

TEST(GradientCheck, ReportsWhatIsNotFiniteWithTheObjectivesOwnWords) {
  const auto nan = [](const Vector&) -> Vector { return Vector{{std::nan(""), 0}}; };
  const auto infinite = [](const Vector&) { return std::numeric_limits<double>::infinity(); };

  const auto bad_gradient = Check({2, F, nan}, kPoint);
  const auto bad_value = Check({2, infinite, G}, kPoint);

  EXPECT_FALSE(bad_gradient.passed);
  EXPECT_THAT(bad_gradient.suspicion,
              AllOf(HasSubstr("the gradient is NaN"), HasSubstr("log(-1)")));
  EXPECT_FALSE(bad_value.passed);
  EXPECT_THAT(bad_value.suspicion, AllOf(HasSubstr("f is NaN or inf"), HasSubstr("log(-1)")));
}

TEST(GradientCheck, SaysWhenRoundingHidesACoordinate) {
  const auto f = [](const Vector& x) { return (1e18 + x[0]) - 1e18; };
  const auto g = [](const Vector&) -> Vector { return Vector{{1.0}}; };

  const auto check = Check({1, f, g}, Vector{{0.25}});

  EXPECT_FALSE(check.passed);
  EXPECT_THAT(check.suspicion, StartsWith("wrong scale"));
}

TEST(GradientCheck, SeesAJumpAtThePoint) {
  const auto f = [](const Vector& x) { return x[0] + (x[0] < 2 ? 0.0 : 0.25); };
  const auto g = [](const Vector&) -> Vector { return Vector{{1.0}}; };

  const auto at_the_jump = Check({1, f, g}, Vector{{2.0}});
  const auto beside = Check({1, f, g}, Vector{{2.001}});

  EXPECT_FALSE(at_the_jump.passed);
  EXPECT_THAT(at_the_jump.suspicion, AllOf(StartsWith("jump"), HasSubstr("by 0.25")));
  EXPECT_TRUE(beside.passed) << beside.suspicion;
  EXPECT_EQ(beside.coordinates[0].jump, 0);
}

TEST(GradientCheck, CallsWhatMovesInStepsNoise) {
  const auto f = [](const Vector& x) { return std::round(1e6 * x[0]) / 1e6; };
  const auto flat = [](const Vector&) -> Vector { return Vector{{0.0}}; };

  const auto check = Check({1, f, flat}, Vector{{0.7123456789}});

  EXPECT_FALSE(check.passed);
  EXPECT_TRUE(check.coordinates[0].stairs);
  EXPECT_THAT(check.suspicion, StartsWith("noise: along x[0] f stands still"));
}

TEST(GradientCheck, LooksCloserAtASmallCoordinateWithAScaleOfItsOwn) {
  const auto f = [](const Vector& x) { return std::log(x[0]); };
  const auto g = [](const Vector& x) -> Vector { return Vector{{1 / x[0]}}; };
  const auto wrong = [](const Vector& x) -> Vector { return Vector{{2 / x[0]}}; };
  const Vector x{{3e-14}};

  const auto check = Check({1, f, g}, x);

  EXPECT_TRUE(check.passed);
  EXPECT_TRUE(check.coordinates[0].rescaled);
  EXPECT_THAT(check.suspicion, StartsWith("scale: along x[0]"));
  EXPECT_EQ(check.evaluations.values, 2 + 24 + 24);
  EXPECT_FALSE(Check({1, f, wrong}, x).passed);
}

TEST(GradientCheck, ShowsTheSweepItChoseFrom) {
  const auto check = Check({2, F, G}, kPoint);
  const auto& sweep = check.coordinates[1].sweep;

  EXPECT_DOUBLE_EQ(sweep.front().step, 0.13);  // relative to |x|, which is more than 1
  for (size_t k = 1; k < sweep.size(); ++k)
    EXPECT_NEAR(sweep[k].step, sweep[k - 1].step / 10, 1e-8);
  // The error of central differences falls with the square of the step until rounding takes over.
  EXPECT_NEAR(sweep[3].central, G(kPoint)[1], 1e-6);
  EXPECT_GT(std::abs(sweep[0].central - G(kPoint)[1]), 1e-3);
}

TEST(GradientCheck, LooksAtSomeOfManyCoordinatesSpreadEvenlyAndCountsItsEvaluations) {
  Lambdas bowl(
      1000, [](const Vector& x) { return x.squaredNorm(); },
      [](const Vector& x) -> Vector { return 2 * x; });

  const auto check = CheckGradient(bowl, Vector::Ones(1000), {.most_coordinates = 5});

  ASSERT_TRUE(check.ok());
  std::vector<Index> looked_at;
  for (const auto& coordinate : check->coordinates) looked_at.push_back(coordinate.coordinate);
  EXPECT_THAT(looked_at, ElementsAre(0, 249, 499, 749, 999));
  EXPECT_TRUE(check->passed);
  EXPECT_EQ(check->evaluations, (Evaluations{.values = 2 + 24 * 5, .gradients = 1}));
  EXPECT_EQ(check->evaluations.values, bowl.values);
  EXPECT_EQ(check->evaluations.gradients, bowl.gradients);
}

TEST(GradientCheck, PassesOnAFailureToEvaluate) {
  Lambdas objective(2, F, G);
  objective.failure = absl::UnavailableError("the evaluator left");

  EXPECT_EQ(CheckGradient(objective, kPoint).status(), objective.failure);
}

}  // namespace
}  // namespace thalweg
