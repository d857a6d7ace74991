#include "server/core/populations/population.h"

#include <limits>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "server/core/populations/differential.h"
#include "server/core/populations/fold.h"
#include "server/core/populations/region.h"
#include "tests/support/descending.h"

namespace thalweg {
namespace {

using ::testing::ElementsAre;
using testing::Point;

constexpr double kInf = std::numeric_limits<double>::infinity();

Population Four() {
  Population population;
  population.points.resize(2, 4);
  population.points << 0, 1, 2, 3,  //
      8, 8, 6, 8;
  population.values = Point({5, 2, kInf, 2});
  return population;
}

TEST(Population, RanksEqualsAsTheyStandAndTheUnknownLast) {
  EXPECT_EQ(Four().Best(), 1);
  EXPECT_THAT(Four().Ranked(), ElementsAre(1, 3, 0, 2));
}

TEST(Population, KeepsTheBest) {
  Population population = Four();
  population.Keep(population.Ranked(), 2);

  EXPECT_EQ(population.size(), 2);
  EXPECT_EQ(population.points.row(0), Point({1, 3}).transpose());
  EXPECT_EQ(population.values, Point({2, 2}));
}

TEST(Population, IsAsWideAsItsWidestCoordinateThatHasAWidth) {
  EXPECT_EQ(Four().Spread(Point({4, 8})), 0.75);
  EXPECT_EQ(Four().Spread(Point({4, 0})), 0.75);
  EXPECT_EQ(Four().Spread(Point({0, 8})), 0.25);
}

TEST(Region, IsTheBoxWhereThereIsOneAndElseLiesAroundTheStart) {
  const Bounds bounds{Point({-2, -kInf, 0.5, -kInf}), Point({2, kInf, kInf, 0.5})};
  const Region region = RegionAround(Point({1, 1, 1, 0}), bounds, 3);

  EXPECT_EQ(region.lower, Point({-2, -2, 0.5, -3}));
  EXPECT_EQ(region.upper, Point({2, 4, 4, 0.5}));
  EXPECT_EQ(RegionAround(Point({1}), {}, 3).upper, Point({4}));
}

TEST(Region, IsFilledFromEndToEnd) {
  Matrix points(1, 3);
  points << 0, 0.5, 0.75;
  Region{Point({-2}), Point({2})}.Stretch(points);

  EXPECT_EQ(points.row(0), Point({-2, 0, 1}).transpose());
}

TEST(FoldInside, ReflectsAtTheBoundsAsOftenAsItTakes) {
  const Bounds box{Point({0, -1, 2, -kInf}), Point({1, kInf, 2, 0})};
  const auto folded = [&](std::initializer_list<double> x) {
    Matrix points = Point(x);
    FoldInside(box, points);
    return Vector(points.col(0));
  };

  EXPECT_EQ(folded({0.25, 5, 2, -5}), Point({0.25, 5, 2, -5}));
  EXPECT_EQ(folded({1.25, -2, 3, 1}), Point({0.75, 0, 2, -1}));
  EXPECT_EQ(folded({-0.25, -1, 1, 0}), Point({0.25, -1, 2, 0}));
  EXPECT_EQ(folded({7.25, 0, 2, 0}), Point({0.75, 0, 2, 0}));
  EXPECT_TRUE(box.Contains(folded({1e300, -1e300, 1e9, 1e300})));
}

TEST(PullInside, PutsACoordinateMidwayBetweenTheBoundAndTheParents) {
  const Bounds box{Point({0, 0}), Point({1, 1})};
  Vector trial = Point({1.5, -3});
  PullInside(box, Point({0.5, 0.5}), trial);

  EXPECT_EQ(trial, Point({0.75, 0.25}));
}

TEST(CrossOver, KeepsOneCoordinateOfTheMutantAtLeast) {
  for (int64_t member = 0; member < 20; ++member) {
    Random random(1, 0, member);
    Vector trial = Point({1, 1, 1, 1});
    CrossOver(0, Point({0, 0, 0, 0}), random, trial);
    EXPECT_EQ(trial.sum(), 1);
  }
  Random random(1, 0, 0);
  Vector trial = Point({1, 1, 1, 1});
  CrossOver(1, Point({0, 0, 0, 0}), random, trial);
  EXPECT_EQ(trial.sum(), 4);
}

}  // namespace
}  // namespace thalweg
