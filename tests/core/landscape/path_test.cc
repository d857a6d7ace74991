#include "server/core/landscape/path.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace thalweg::landscape {
namespace {

using testing::HasSubstr;

constexpr double kInf = std::numeric_limits<double>::infinity();

// Two directions at right angles in R^3.
const Vector kA = Vector{{3, 4, 0}} / 5;
const Vector kB = Vector{{-4, 3, 0}} / 5;

/// point + a_k kA + b_k kB, with sums of squares 32 and 8 and no correlation: 80 % and 20 %.
Matrix FlatPath(const Vector& point) {
  Matrix path(3, 4);
  path << point + 4 * kA, point - 2 * kB, point + 2 * kB, point - 4 * kA;
  return path;
}

TEST(PathPlane, TakesThePrincipalDirectionsAndTellsTheirShares) {
  const Vector point{{7, -1, 2}};
  const Plane plane = PathPlane(FlatPath(point), point);
  EXPECT_TRUE(plane.u.isApprox(kA, 1e-14)) << plane.u.transpose();
  EXPECT_TRUE(plane.v.isApprox(-kB, 1e-14)) << plane.v.transpose();  // greatest coordinate positive
  EXPECT_EQ(plane.u_name, "principal direction 1 (80 % of the path)");
  EXPECT_EQ(plane.v_name, "principal direction 2 (20 % of the path)");
  EXPECT_EQ(plane.origin, point);
}

TEST(PathPlane, IsTheSameFromFewIteratesOfManyCoordinates) {
  const Vector point{{7, -1, 2}};
  const Matrix path = FlatPath(point).leftCols(2);  // two iterates, three coordinates
  const Plane plane = PathPlane(path, point);
  EXPECT_TRUE(plane.u.isApprox(kA, 1e-14));
  EXPECT_TRUE(plane.v.isApprox(-kB, 1e-14));
}

TEST(PathPlane, NeverMakesAMatrixOfAMillionSquared) {
  constexpr Index kN = 1'000'000;
  Matrix traced = Matrix::Zero(kN, 3);  // everything is traced
  traced(10, 0) = 5;
  traced(999'999, 1) = 3;
  traced(10, 2) = 1;
  const Plane plane = PathPlane(traced, Vector::Zero(kN));
  EXPECT_NEAR(plane.u[10], 1, 1e-12);
  EXPECT_NEAR(plane.v[999'999], 1, 1e-12);
  const Plane leading = PathPlane(traced.topRows(64), Vector::Zero(kN));
  EXPECT_NEAR(leading.u[10], 1, 1e-12);
  EXPECT_EQ(leading.v.size(), kN);
  EXPECT_NEAR(leading.v.norm(), 1, 1e-12);
}

TEST(PathPlane, HasSomeSecondDirectionForAPathOnALine) {
  const Vector point = Vector::Zero(3);
  Matrix path(3, 3);
  path << kA, 2 * kA, 3 * kA;
  const Plane plane = PathPlane(path, point);
  EXPECT_TRUE(plane.u.isApprox(kA, 1e-12));
  EXPECT_NEAR(plane.v.norm(), 1, 1e-14);
  EXPECT_NEAR(plane.v.dot(plane.u), 0, 1e-14);
  EXPECT_EQ(plane.v_name, "across (0 % of the path)");
}

TEST(PathPlane, HasDirectionsForAPathThatIsAPointOrNothing) {
  const Vector point{{1, 2, 3}};
  for (const Matrix& path : {Matrix(point), Matrix(0, 5), Matrix(3, 0)}) {
    const Plane plane = PathPlane(path, point);
    EXPECT_NEAR(plane.u.norm(), 1, 1e-14);
    EXPECT_NEAR(plane.v.dot(plane.u), 0, 1e-14);
    EXPECT_THAT(plane.u_name, HasSubstr("the path is a point"));
  }
  EXPECT_TRUE(PathPlane(Matrix::Constant(1, 2, 4), Vector{{1}}).is_line());
}

TEST(PathPlane, StandsNumbersWhoseSquaresOverflow) {
  const Vector point = Vector::Zero(3);
  const Plane plane = PathPlane(1e200 * FlatPath(point), point);
  EXPECT_TRUE(plane.u.isApprox(kA, 1e-14));
}

TEST(NearPart, KeepsAllOfAPathThatConverges) {
  Matrix path(1, 5);
  path << 1000, 100, 1, 1e-8, 0;
  EXPECT_EQ(NearPart(path, Vector{{0}}, {}), path);
}

TEST(NearPart, LeavesOutWhereARunDiverges) {
  Matrix path(1, 6);
  path << 1, -2, 4, -8, 1e300, kInf;
  EXPECT_EQ(NearPart(path, Vector{{1}}, {}).cols(), 4);  // the best is the start: counts its step
  const Bounds box = {Vector{{-0.05}}, Vector{{0.05}}};
  EXPECT_EQ(NearPart(path, Vector{{0.9}}, box).cols(), 1);
}

TEST(NearPart, OfNothingIsNothing) {
  EXPECT_EQ(NearPart(Matrix(0, 0), Vector{{1}}, {}).cols(), 0);
  EXPECT_EQ(NearPart(Matrix::Constant(1, 1, kInf), Vector{{1}}, {}).cols(), 0);
}

}  // namespace
}  // namespace thalweg::landscape
