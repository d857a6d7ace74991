#include "server/core/functions/catalogue.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "server/core/diagnosis/gradient_check.h"
#include "server/core/objective_spec.h"
#include "server/core/violation.h"

namespace thalweg {

inline void PrintTo(const TestFunction& function, std::ostream* out) { *out << function.name; }

namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

/// Sizes worth trying, up to `limit`: the least, the usual, a few in between, and the most.
std::set<Index> Sizes(const TestFunction& function, Index limit) {
  const auto& [least, usual, most] = function.dimensions;
  std::set<Index> sizes = {least, usual, std::clamp(limit, least, most)};
  for (const Index n : {3, 5, 10}) {
    if (least <= n && n <= most) sizes.insert(n);
  }
  return sizes;
}

std::unique_ptr<Objective> Make(const TestFunction& function, Index n) {
  auto objective = BuildObjective({.function = function.name, .dimension = n}, {});
  EXPECT_TRUE(objective.ok()) << objective.status();
  return objective.ok() ? *std::move(objective) : nullptr;
}

double ValueAt(Objective& objective, const Vector& x) {
  double value = std::nan("");
  EXPECT_TRUE(objective.Value(x, value).ok());
  return value;
}

Vector GradientAt(Objective& objective, const Vector& x) {
  double value = 0;
  Vector gradient(x.size());
  EXPECT_TRUE(objective.ValueAndGradient(x, value, gradient).ok());
  return gradient;
}

Vector RandomPoint(const TestFunction& function, Index n, std::mt19937_64& random) {
  const Vector lower = function.lower(n);
  const Vector upper = function.upper(n);
  Vector x(n);
  for (Index i = 0; i < n; ++i) {
    const double u = static_cast<double>(random() >> 11U) * 0x1p-53;  // in [0, 1), any library
    x[i] = lower[i] + u * (upper[i] - lower[i]);
  }
  return x;
}

bool Inside(const Vector& x, const Vector& lower, const Vector& upper) {
  return (x.array() > lower.array()).all() && (x.array() < upper.array()).all();
}

class EveryTestFunction : public ::testing::TestWithParam<TestFunction> {};
class EverySmoothTestFunction : public EveryTestFunction {};

std::vector<TestFunction> SmoothTestFunctions() {
  std::vector<TestFunction> smooth;
  for (const TestFunction& function : TestFunctions()) {
    if (function.smooth) smooth.push_back(function);
  }
  return smooth;
}

TEST_P(EveryTestFunction, SaysWhatItIsAndWhereItComesFrom) {
  const TestFunction& function = GetParam();

  EXPECT_THAT(function.name, ::testing::MatchesRegex("[a-z][a-z0-9_]*"));
  EXPECT_THAT(function.title, Not(IsEmpty()));
  EXPECT_THAT(function.summary, ::testing::EndsWith("."));
  EXPECT_THAT(function.source, Not(IsEmpty()));
  EXPECT_LE(1, function.dimensions.least);
  EXPECT_LE(function.dimensions.least, function.dimensions.usual);
  EXPECT_LE(function.dimensions.usual, function.dimensions.most);
  if (!function.scalars.empty()) {
    EXPECT_EQ(static_cast<Index>(function.scalars.size()), function.dimensions.least);
    EXPECT_EQ(function.dimensions.least, function.dimensions.most);
  }
}

TEST_P(EveryTestFunction, HasItsPointsInItsBoxForEverySize) {
  const TestFunction& function = GetParam();

  for (const Index n : Sizes(function, /*limit=*/1'000'000)) {
    const Vector lower = function.lower(n);
    const Vector upper = function.upper(n);
    ASSERT_EQ(lower.size(), n);
    ASSERT_EQ(upper.size(), n);
    ASSERT_EQ(function.start(n).size(), n);
    EXPECT_TRUE(Inside(function.start(n), lower, upper)) << "n = " << n;
    EXPECT_EQ(function.minimisers(n).empty(), !function.minimum(n)) << "n = " << n;
    for (const Vector& x : function.minimisers(n)) {
      ASSERT_EQ(x.size(), n);
      EXPECT_TRUE((x.array() >= lower.array()).all() && (x.array() <= upper.array()).all()) << n;
    }
  }
}

TEST_P(EveryTestFunction, TakesItsMinimumAtItsMinimisers) {
  const TestFunction& function = GetParam();

  for (const Index n : Sizes(function, /*limit=*/100)) {
    const auto objective = Make(function, n);
    for (const Vector& x : function.minimisers(n)) {
      const double minimum = *function.minimum(n);
      EXPECT_NEAR(ValueAt(*objective, x), minimum, 1e-10 * std::max(1.0, std::abs(minimum)))
          << "n = " << n << ", x = " << x.transpose();
    }
  }
}

// Minimisers are stored to rounding, so that the slope left there is the curvature times that; the
// slope at the start stands for the function's scale.
TEST_P(EverySmoothTestFunction, IsLevelAtItsMinimisers) {
  const TestFunction& function = GetParam();

  for (const Index n : Sizes(function, /*limit=*/100)) {
    const auto objective = Make(function, n);
    const double scale = std::max(1.0, GradientAt(*objective, function.start(n)).norm());
    for (const Vector& x : function.minimisers(n)) {
      if (!Inside(x, function.lower(n), function.upper(n))) continue;
      EXPECT_LE(GradientAt(*objective, x).norm(), 1e-8 * scale) << "n = " << n;
      const auto check = CheckGradient(*objective, x);
      ASSERT_TRUE(check.ok()) << check.status();
      EXPECT_TRUE(check->passed) << check->suspicion << "; n = " << n;
    }
  }
}

TEST_P(EveryTestFunction, StartsWithASlopeToFollow) {
  const TestFunction& function = GetParam();

  for (const Index n : Sizes(function, /*limit=*/1000)) {
    const auto objective = Make(function, n);
    const Vector gradient = GradientAt(*objective, function.start(n));
    EXPECT_TRUE(gradient.allFinite()) << "n = " << n;
    EXPECT_GT(gradient.norm(), 1e-6) << "n = " << n;
  }
}

TEST_P(EveryTestFunction, HasAGradientThatItsValuesConfirm) {
  const TestFunction& function = GetParam();
  std::mt19937_64 random(20240607);

  for (const Index n : Sizes(function, /*limit=*/20)) {
    const auto objective = Make(function, n);
    std::vector<Vector> points = {function.start(n)};
    while (points.size() < 4) points.push_back(RandomPoint(function, n, random));
    for (const Vector& x : points) {
      const auto check = CheckGradient(*objective, x);
      ASSERT_TRUE(check.ok()) << check.status();
      EXPECT_TRUE(check->passed) << check->suspicion << "; n = " << n << ", x = " << x.transpose();
    }
  }
}

/// The lowest value that a descent with a shrinking step finds from `x`, clipped to the box.
double DescendInBox(Objective& objective, Vector x, const Vector& lower, const Vector& upper) {
  double value = ValueAt(objective, x);
  double step = 0.1 * (upper - lower).norm();
  for (int k = 0; k < 200 && step > 1e-12; ++k) {
    const Vector gradient = GradientAt(objective, x);
    if (!gradient.allFinite() || gradient.norm() == 0) break;
    const Vector trial = (x - step * gradient.normalized()).cwiseMax(lower).cwiseMin(upper);
    const double there = ValueAt(objective, trial);
    if (there < value) {
      x = trial;
      value = there;
      step *= 1.5;
    } else {
      step /= 3;
    }
  }
  return value;
}

TEST_P(EveryTestFunction, HidesNothingLowerInItsBox) {
  const TestFunction& function = GetParam();
  std::mt19937_64 random(7);

  for (const Index n : Sizes(function, /*limit=*/3)) {
    if (n > 6 || !function.minimum(n)) continue;
    const double minimum = *function.minimum(n);
    const auto objective = Make(function, n);
    double lowest = ValueAt(*objective, function.start(n));
    for (int k = 0; k < 60; ++k) {
      const Vector x = RandomPoint(function, n, random);
      lowest = std::min(lowest, DescendInBox(*objective, x, function.lower(n), function.upper(n)));
    }
    EXPECT_GE(lowest, minimum - 1e-10 * std::max(1.0, std::abs(minimum))) << "n = " << n;
  }
}

INSTANTIATE_TEST_SUITE_P(Catalogue, EveryTestFunction,
                         ::testing::ValuesIn(TestFunctions().begin(), TestFunctions().end()),
                         [](const auto& row) { return row.param.name; });

INSTANTIATE_TEST_SUITE_P(Catalogue, EverySmoothTestFunction,
                         ::testing::ValuesIn(SmoothTestFunctions()),
                         [](const auto& row) { return row.param.name; });

TEST(TestFunctions, HaveEachTheirOwnNameTitleAndFormula) {
  std::set<std::string> names;
  std::set<std::string> titles;
  std::set<std::string> formulas;
  for (const TestFunction& function : TestFunctions()) {
    EXPECT_TRUE(names.insert(function.name).second) << function.name;
    EXPECT_TRUE(titles.insert(function.title).second) << function.title;
    EXPECT_TRUE(formulas.insert(function.expression).second) << function.expression;
  }
}

TEST(TestFunctions, AreFoundByName) {
  const auto found = FindTestFunction("himmelblau");

  ASSERT_TRUE(found.ok());
  EXPECT_EQ((*found)->title, "Himmelblau");
}

TEST(TestFunctions, NameTheNearestToAnUnknownOne) {
  const absl::Status status = FindTestFunction("rosenbrok").status();

  EXPECT_EQ(ViolationsOf(status).at(0).reason, Reason::kUnknownName);
  EXPECT_THAT(std::string(status.message()),
              AllOf(HasSubstr("'rosenbrok'"), HasSubstr("did you mean 'rosenbrock'"),
                    HasSubstr("styblinski_tang")));
}

}  // namespace
}  // namespace thalweg
