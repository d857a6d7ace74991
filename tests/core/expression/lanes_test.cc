// Reductions run in eight lanes in a fixed order: the documented order by hand, to the bit.

#include <cmath>
#include <cstring>

#include "tests/core/expression/formula.h"

namespace thalweg::expression {
namespace {

double Combined(double (&lane)[8], double (*fold)(double, double)) {
  return fold(fold(fold(lane[0], lane[4]), fold(lane[2], lane[6])),
              fold(fold(lane[1], lane[5]), fold(lane[3], lane[7])));
}

/// Element i goes to lane i % 8, lanes are combined as a tree.
double InLanes(const Vector& values, double neutral, double (*fold)(double, double)) {
  double lane[8];
  std::fill(lane, lane + 8, neutral);
  for (Index i = 0; i < values.size(); ++i) lane[i % 8] = fold(lane[i % 8], values[i]);
  return Combined(lane, fold);
}

double Add(double a, double b) { return a + b; }
double Times(double a, double b) { return a * b; }

/// Values of many magnitudes, so that another order gives other bits.
Vector Ragged(Index n) {
  Vector values(n);
  for (Index i = 0; i < n; ++i) {
    values[i] = std::ldexp(1.0 / static_cast<double>(3 * i + 1), static_cast<int>(i * 7 % 11) - 5);
  }
  return values;
}

TEST(Lanes, SumElementsInTheDocumentedOrder) {
  for (const Index n : {1, 5, 8, 9, 16, 63, 64, 65, 129, 1000}) {
    const Vector v = Ragged(n);
    EXPECT_EQ(Formula("sum(v)", {VectorOf("v", n)}).Value(v), InLanes(v, 0, Add)) << n;
    EXPECT_EQ(Formula("sum(v[i] for i in range(n))", {VectorOf("v", n)}).Value(v),
              InLanes(v, 0, Add))
        << n;
  }
}

TEST(Lanes, DifferFromAPlainSum) {
  const Vector v = Ragged(1000);
  double plain = 0;
  for (const double value : v) plain += value;

  EXPECT_NE(InLanes(v, 0, Add), plain) << "else the test above shows nothing";
}

TEST(Lanes, MultiplyElementsInTheDocumentedOrder) {
  const Vector v = (Ragged(70).array() * 0 + 1) + Ragged(70).array() / 64;
  EXPECT_EQ(Formula("prod(v)", {VectorOf("v", 70)}).Value(v), InLanes(v, 1, Times));
}

TEST(Lanes, CountTurnsThatAConditionSkips) {
  const Vector v = Ragged(40);
  Vector kept = v;
  for (Index i = 0; i < 40; i += 3) kept[i] = 0;

  EXPECT_EQ(Formula("sum(v[i] for i in range(n) if i % 3 != 0)", {VectorOf("v", 40)}).Value(v),
            InLanes(kept, 0, Add));
}

TEST(Lanes, FoldOuterLoopsLikeInnerOnes) {
  const Vector v = Ragged(12);
  Vector rows(12);
  for (Index i = 0; i < 12; ++i) rows[i] = InLanes(v.head(i) * v[i], 0, Add);

  EXPECT_EQ(
      Formula("sum(v[j]*v[i] for i in range(n) for j in range(i))", {VectorOf("v", 12)}).Value(v),
      InLanes(rows, 0, Add));
}

TEST(Evaluation, GivesTheSameBitsEveryTime) {
  const Vector v = Ragged(100);
  Formula f("sum(sin(v)*exp(-v)) + norm(v)", {VectorOf("v", 100)});
  Formula other("sum(sin(v)*exp(-v)) + norm(v)", {VectorOf("v", 100)});
  const Vector gradient = f.Gradient(v);
  f.Value(Vector::Constant(100, -3));

  EXPECT_EQ(f.Gradient(v), gradient);
  EXPECT_EQ(other.Gradient(v), gradient);
}

}  // namespace
}  // namespace thalweg::expression
