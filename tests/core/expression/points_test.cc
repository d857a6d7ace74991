// Many points at once: the bits of one point at a time.

#include "gmock/gmock.h"
#include "tests/core/expression/formula.h"

namespace thalweg::expression {
namespace {

TEST(Points, HaveTheBitsOfOneAtATime) {
  Formula f("sum(100*(x[i+1]-x[i]**2)**2 + (1-x[i])**2 for i in range(n-1)) + exp(-norm(x))",
            {VectorOf("x", 5)});
  for (const Index count : {0, 1, 7, 8, 65}) {
    const Matrix points = Matrix::Random(5, count);
    Vector values(count);
    Vector with_gradients(count);
    Matrix gradients(5, count);

    ASSERT_TRUE(f.objective->Values(points, values).ok());
    ASSERT_TRUE(f.objective->ValuesAndGradients(points, with_gradients, gradients).ok());

    for (Index p = 0; p < count; ++p) {
      EXPECT_EQ(values[p], f.Value(points.col(p)));
      EXPECT_EQ(with_gradients[p], values[p]);
      EXPECT_EQ(gradients.col(p), f.Gradient(points.col(p)));
    }
  }
}

}  // namespace
}  // namespace thalweg::expression
