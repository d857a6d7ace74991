#include "server/core/least_squares/box_solve.h"

#include "gtest/gtest.h"
#include "server/core/random.h"
#include "tests/support/descending.h"

namespace thalweg {
namespace {

using testing::Point;

TEST(BoxSolve, AgreesWithScipysBoundedLeastSquares) {
  Matrix a(5, 3);
  a << 2, 1, -1, 1, 3, 2, 0, 1, 4, 1, -1, 1, 3, 0, 1;
  const Vector b = Point({5, -2, 3, 1, -4});

  const BoxSolution solution = BoxSolve(a, b, Point({-0.1, -1, -0.25}), Point({0.5, 0.1, 0.75}));

  EXPECT_NEAR(solution.q[0], -0.1, 1e-14);
  EXPECT_NEAR(solution.q[1], 0.1, 1e-14);
  EXPECT_NEAR(solution.q[2], -0.4 / 23, 1e-14);
}

// At the minimiser no coordinate can go against the slope: Karush, Kuhn and Tucker's conditions.
TEST(BoxSolve, EndsWhereNoCoordinateCanGoDown) {
  for (int64_t member = 0; member < 200; ++member) {
    Random random(5, 0, member);
    const Index n = 1 + random.Below(8);
    const Index m = 1 + random.Below(10);  // often fewer than n: many solutions
    Matrix a(m, n);
    for (Index j = 0; j < n; ++j) {
      for (Index i = 0; i < m; ++i) a(i, j) = random.Normal();
    }
    Vector b(m);
    random.Normal(b);
    Vector low(n);
    Vector high(n);
    for (Index i = 0; i < n; ++i) {
      low[i] = random.Below(4) == 0 ? 0 : -random.Uniform();
      high[i] = random.Below(4) == 0 ? 0 : random.Uniform();
    }
    const Vector q = BoxSolve(a, b, low, high).q;

    const Vector slope = a.transpose() * (a * q - b);
    const double rounding = 1e-12 * (a.norm() * b.norm());
    for (Index i = 0; i < n; ++i) {
      ASSERT_GE(q[i], low[i]);
      ASSERT_LE(q[i], high[i]);
      if (q[i] > low[i]) {
        EXPECT_LE(slope[i], rounding) << member;
      }
      if (q[i] < high[i]) {
        EXPECT_GE(slope[i], -rounding) << member;
      }
    }
  }
}

}  // namespace
}  // namespace thalweg
