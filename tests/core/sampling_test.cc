#include "server/core/sampling.h"

#include <set>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace thalweg {
namespace {

using ::testing::ElementsAre;

std::vector<double> Some(const Vector& x, std::initializer_list<Index> places) {
  std::vector<double> values;
  for (const Index place : places) values.push_back(x[place]);
  return values;
}

/// In how many of `cells` equal intervals of coordinate `d` there is a point.
size_t Occupied(const Matrix& points, Index d, Index cells) {
  std::set<Index> occupied;
  for (const double x : points.row(d)) {
    occupied.insert(static_cast<Index>(x * static_cast<double>(cells)));
  }
  return occupied.size();
}

// SciPy 1.10: qmc.Sobol(64, scramble=False).random(1024); exact, all being multiples of 2^-10.
TEST(SobolSequence, IsThatOfJoeAndKuo) {
  const Sobol sobol(64);

  EXPECT_EQ(sobol.Point(0), Vector::Zero(64));
  EXPECT_EQ(sobol.Point(1), Vector::Constant(64, 0.5));
  EXPECT_THAT(Some(sobol.Point(2), {0, 1, 2, 3, 4, 5}),
              ElementsAre(0.75, 0.25, 0.25, 0.25, 0.75, 0.75));
  EXPECT_THAT(Some(sobol.Point(4), {0, 1, 2, 3, 4, 5}),
              ElementsAre(0.375, 0.375, 0.625, 0.875, 0.375, 0.125));
  EXPECT_THAT(Some(sobol.Point(17), {0, 1, 2, 10, 31, 62, 63}),
              ElementsAre(0.59375, 0.96875, 0.96875, 0.59375, 0.84375, 0.65625, 0.59375));
  EXPECT_THAT(Some(sobol.Point(1000), {0, 1, 2, 10, 31, 62, 63}),
              ElementsAre(0.2197265625, 0.0966796875, 0.5185546875, 0.0849609375, 0.1455078125,
                          0.2587890625, 0.4462890625));
}

TEST(SobolSequence, PutsOnePointIntoEveryIntervalWithOrWithoutAShift) {
  for (const Sobol& sobol : {Sobol(64), Sobol(64, 7)}) {
    Matrix points(64, 256);
    for (Index i = 0; i < 256; ++i) points.col(i) = sobol.Point(static_cast<uint64_t>(i));

    for (Index d = 0; d < 64; ++d) EXPECT_EQ(Occupied(points, d, 256), 256U) << d;
  }
}

TEST(SobolSequence, IsShiftedByItsSeed) {
  EXPECT_EQ(Sobol(3, 7).Point(5), Sobol(3, 7).Point(5));
  EXPECT_NE(Sobol(3, 7).Point(5), Sobol(3, 8).Point(5));
  EXPECT_NE(Sobol(3, 7).Point(0), Vector::Zero(3));
}

TEST(LatinHypercubeSample, PutsOnePointIntoEveryIntervalOfEveryCoordinate) {
  const Matrix points = LatinHypercube(100, 37, /*seed=*/3);

  EXPECT_GE(points.minCoeff(), 0);
  EXPECT_LT(points.maxCoeff(), 1);
  for (Index d = 0; d < 100; ++d) EXPECT_EQ(Occupied(points, d, 37), 37U) << d;
}

TEST(LatinHypercubeSample, DependsOnSeedAndStreamAlone) {
  EXPECT_EQ(LatinHypercube(4, 9, 1), LatinHypercube(4, 9, 1));
  EXPECT_NE(LatinHypercube(4, 9, 1), LatinHypercube(4, 9, 2));
  EXPECT_NE(LatinHypercube(4, 9, 1), LatinHypercube(4, 9, 1, /*stream=*/1));
}

TEST(EvenlySpreadPoints, AreEvenInAnyNumberOfDimensions) {
  for (const Index n : {1, 64, 65}) {
    const Matrix points = EvenlySpread(n, 64, /*seed=*/5);

    for (Index d = 0; d < n; ++d) EXPECT_EQ(Occupied(points, d, 64), 64U) << n;
  }
}

}  // namespace
}  // namespace thalweg
