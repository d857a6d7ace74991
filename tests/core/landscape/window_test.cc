#include "server/core/landscape/window.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "server/core/landscape/path.h"

namespace thalweg::landscape {
namespace {

constexpr double kInf = std::numeric_limits<double>::infinity();

MATCHER_P2(Is, from, to, "") {
  *result_listener << "from " << arg.from << " to " << arg.to;
  return std::abs(arg.from - from) < 1e-12 && std::abs(arg.to - to) < 1e-12;
}

const Layout kTwo = *Layout::Of({{.name = "x", .scalar = false, .length = 2}});
Plane Through(const Vector& point) { return *CoordinatePlane(kTwo, point, 0, 1); }

Matrix Path(std::initializer_list<Vector> points) {
  Matrix path(points.begin()->size(), static_cast<Index>(points.size()));
  Index k = 0;
  for (const Vector& point : points) path.col(k++) = point;
  return path;
}

const Bounds kBox = {Vector{{-2, -1}}, Vector{{2, 3}}};
const Matrix kNoPath(0, 0);

TEST(WindowOf, IsFromMinusFiveToFiveWhereNothingIsKnown) {
  const Window window = WindowOf(Through(Vector{{0, 1}}), kNoPath, {});
  EXPECT_THAT(window.u, Is(-5, 5));
  EXPECT_THAT(window.v, Is(-5, 5));
}

TEST(WindowOf, ReachesAPointThatLiesFurther) {
  const Window window = WindowOf(Through(Vector{{95, 1}}), kNoPath, {});
  EXPECT_THAT(window.u, Is(-20, 110));
}

TEST(WindowOf, IsTheBoxWhereThereIsOne) {
  const Window window = WindowOf(Through(Vector{{0, 0}}), kNoPath, kBox);
  EXPECT_THAT(window.u, Is(-2, 2));
  EXPECT_THAT(window.v, Is(-1, 3));
}

TEST(WindowOf, IsTheBoxUnlessThePathLeavesIt) {
  const Vector best{{1, 1}};
  const Matrix inside = Path({Vector{{-1, 1}}, best});
  EXPECT_THAT(WindowOf(Through(best), inside, kBox).u, Is(-2, 2));
  const Matrix outside = Path({Vector{{-6, 1}}, best});
  EXPECT_THAT(WindowOf(Through(best), outside, kBox).u, Is(-7.2, 3.2));  // 15 % of 8
  EXPECT_THAT(WindowOf(Through(best), outside, kBox).v, Is(-1, 3));
}

TEST(WindowOf, CoversAPathWithoutABoxAndAMargin) {
  const Vector best{{0, 0}};
  const Window window = WindowOf(Through(best), Path({Vector{{10, 1}}, best}), {});
  EXPECT_THAT(window.u, Is(-1.5, 11.5));
  EXPECT_THAT(window.v, Is(-0.15, 1.15));
}

TEST(WindowOf, GivesAnAxisThatThePathNeverMovesAlongTheOthersWidth) {
  const Vector best{{0, 3}};
  const Window window = WindowOf(Through(best), Path({Vector{{10, 3}}, best}), {});
  EXPECT_THAT(window.v, Is(3 - 6.5, 3 + 6.5));
}

TEST(WindowOf, HasAWidthForAPathThatIsAPoint) {
  const Vector best{{0, 30}};
  const Window window = WindowOf(Through(best), Path({best}), {});
  EXPECT_THAT(window.u, Is(-5, 5));
  EXPECT_THAT(window.v, Is(-5 - 5.25, 30 + 5.25));
}

TEST(WindowOf, TakesCoordinatesThatAreNotTracedForTheBestPoints) {
  const Vector best{{0, 3}};
  const Window window = WindowOf(Through(best), Path({Vector{{10}}, Vector{{0}}}), {});
  EXPECT_THAT(window.u, Is(-1.5, 11.5));
  EXPECT_THAT(window.v, Is(3 - 6.5, 3 + 6.5));
}

TEST(WindowOf, CountsInMultiplesOfDirectionsHoweverTheyLie) {
  const Plane plane = *DirectionPlane(Vector{{1, 1}}, Vector{{2, 0}}, Vector{{1, 1}});
  // (5, 3) = (1, 1) + 1 * (2, 0) + 2 * (1, 1)
  const Window window = WindowOf(plane, Path({Vector{{5, 3}}, Vector{{1, 1}}}), {});
  EXPECT_THAT(window.u, Is(-0.15, 1.15));
  EXPECT_THAT(window.v, Is(-0.3, 2.3));
}

TEST(WindowOf, CutsTheBoxAlongADirection) {
  const Plane plane = *DirectionPlane(Vector{{1, 1}}, Vector{{1, 1}}, {});
  EXPECT_THAT(WindowOf(plane, kNoPath, kBox).u, Is(-2, 1));  // from (-1, -1) to (2, 2)
  const Bounds half = {Vector{{0, 0}}, Vector{{kInf, kInf}}};
  EXPECT_THAT(WindowOf(plane, kNoPath, half).u, Is(-5, 5));
}

TEST(WindowOf, IsNeverAStripOfAPathsPlane) {
  const Vector best{{0, 0}};
  const Matrix path = Path({Vector{{100, 1e-3}}, Vector{{50, -1e-3}}, best});
  const Window window = WindowOf(PathPlane(path, best), path, {});
  EXPECT_NEAR(window.u.to - window.u.from, 130, 1e-6);
  EXPECT_NEAR(window.v.to - window.v.from, 13, 1e-6);
}

TEST(WindowOf, StaysFiniteForThePathOfARunThatDiverges) {
  const Vector best{{0, 0}};
  const Matrix path = Path({best, Vector{{1e308, -1e308}}, Vector{{-1e308, kInf}}});
  const Window window = WindowOf(Through(best), path, {});
  for (const Interval& side : {window.u, window.v}) {
    EXPECT_TRUE(std::isfinite(side.from) && std::isfinite(side.to));
    EXPECT_LT(side.from, side.to);
  }
}

}  // namespace
}  // namespace thalweg::landscape
