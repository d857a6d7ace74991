#include "server/core/optimizers/line_minimum.h"

#include <cmath>
#include <limits>

#include "gtest/gtest.h"

namespace thalweg {
namespace {

constexpr double kNone = std::numeric_limits<double>::infinity();

struct Found {
  LinePoint lowest;
  int asked = 0;
};

Found MinimumOf(const std::function<double(double)>& f, LineLimits limits = {}) {
  if (limits.low == 0 && limits.high == 0) {
    limits.low = -kNone;
    limits.high = kNone;
  }
  limits.absolute = 1e-9;
  int asked = 0;
  const auto found = LineMinimum(
      [&](double t, double& value) {
        EXPECT_GE(t, limits.low);
        EXPECT_LE(t, limits.high);
        ++asked;
        value = f(t);
        return absl::OkStatus();
      },
      f(0), limits);
  EXPECT_TRUE(found.ok());
  EXPECT_LE(found->value, f(0));
  return {*found, asked};
}

TEST(LineMinimum, FindsThatOfAParabolaInAFewValues) {
  for (const double at : {0.1, 0.9, 3.0, -40.0}) {
    const Found found = MinimumOf([=](double t) { return (t - at) * (t - at); });

    EXPECT_NEAR(found.lowest.t, at, 1e-3 * std::abs(at));
    EXPECT_LE(found.asked, 12) << at;
  }
}

TEST(LineMinimum, FindsAKinkToItsTolerance) {
  const Found found = MinimumOf([](double t) { return std::abs(t - 0.3); });

  EXPECT_NEAR(found.lowest.t, 0.3, 2e-3 * 0.3);
}

TEST(LineMinimum, GoesAsFarAsItMay) {
  const auto slope = [](double t) { return -t; };

  EXPECT_EQ(MinimumOf(slope, {.low = -1, .high = 7.5}).lowest.t, 7.5);
  EXPECT_EQ(MinimumOf(slope, {.low = -1, .high = 0.25}).lowest.t, 0.25);
  EXPECT_EQ(MinimumOf([](double t) { return t; }, {.low = -2, .high = 1}).lowest.t, -2);
}

TEST(LineMinimum, StaysWhereBothSidesAreHigher) {
  const Found found = MinimumOf([](double t) { return std::abs(t); });

  EXPECT_EQ(found.lowest.t, 0);
}

TEST(LineMinimum, TakesWhatIsNotANumberForAWall) {
  const Found found = MinimumOf([](double t) { return t < 0.4 ? -t : std::nan(""); });

  EXPECT_NEAR(found.lowest.t, 0.4, 1e-3);
  EXPECT_LT(found.lowest.t, 0.4);
}

TEST(LineMinimum, GivesUpOnALineWithoutEnd) {
  const Found found = MinimumOf([](double t) { return -t; });

  EXPECT_LE(found.asked, 150);
  EXPECT_GT(found.lowest.t, 1e9);
}

TEST(LineMinimum, PassesAnErrorOn) {
  const auto found = LineMinimum([](double, double&) { return absl::UnavailableError("gone"); }, 1,
                                 {.low = -1, .high = 1, .absolute = 1e-9});

  EXPECT_EQ(found.status().message(), "gone");
}

}  // namespace
}  // namespace thalweg
