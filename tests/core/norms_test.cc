#include "server/core/norms.h"

#include <cmath>
#include <limits>

#include "gtest/gtest.h"

namespace thalweg {
namespace {

constexpr double kInf = std::numeric_limits<double>::infinity();
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

TEST(Norms, AreThoseOfAnyNumberOfCoordinates) {
  for (const Index n : {1, 2, 7, 8, 9, 15, 16, 17, 100}) {
    Vector v(n);
    long double squares = 0;
    for (Index i = 0; i < n; ++i) {
      v[i] = (i % 2 == 0 ? 1 : -1) * (0.3 + static_cast<double>(i));
      squares += static_cast<long double>(v[i]) * v[i];
    }
    const Norms norms = NormsOf(v);
    EXPECT_NEAR(norms.two, static_cast<double>(std::sqrt(squares)), 1e-14 * norms.two) << n;
    EXPECT_EQ(norms.max, std::abs(v[n - 1])) << n;
    EXPECT_EQ(Distance(v, Vector::Zero(n)), norms.two) << n;
  }
}

TEST(Norms, HoldWhereSquaresDoNot) {
  for (const double scale : {1e-320, 1e-300, 1e-160, 1e-140, 1e140, 1e160, 1e300}) {
    for (const Index n : {2, 16}) {
      Vector v = Vector::Zero(n);
      v[0] = 3 * scale;
      v[n - 1] = -4 * scale;
      // Numbers below 1e-308 have few digits themselves.
      const double tolerance = scale < 1e-310 ? 0.01 : 1e-15;
      EXPECT_NEAR(NormsOf(v).two / scale, 5, 5 * tolerance) << scale;
      EXPECT_EQ(NormsOf(v).max, 4 * scale) << scale;
    }
  }
}

TEST(Norms, OfNothingAndOfZeroAreZero) {
  EXPECT_EQ(NormsOf(Vector()).two, 0);
  EXPECT_EQ(NormsOf(Vector::Zero(20)).two, 0);
  EXPECT_EQ(NormsOf(Vector::Zero(20)).max, 0);
}

TEST(Norms, ShowNanAndInfinityWhereverTheyStand) {
  for (const Index n : {1, 8, 11}) {
    for (Index i = 0; i < n; ++i) {
      Vector v = Vector::Constant(n, 1e200);
      v[i] = -kInf;
      EXPECT_EQ(NormsOf(v).two, kInf);
      EXPECT_EQ(NormsOf(v).max, kInf);
      v[(i + 1) % n] = kNan;
      EXPECT_TRUE(std::isnan(NormsOf(v).two));
      EXPECT_TRUE(std::isnan(NormsOf(v).max));
    }
  }
}

TEST(Norms, AreInfiniteOnlyWhereNoDoubleIsLargeEnough) {
  const Vector v = Vector::Constant(4, 1e308);

  EXPECT_EQ(NormsOf(v).two, kInf);  // 2e308
  EXPECT_EQ(NormsOf(v).max, 1e308);
}

}  // namespace
}  // namespace thalweg
