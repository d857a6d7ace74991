// Classic test functions as others wrote them down: every expression parses, and gives the value
// that 40-digit arithmetic gave at each recorded point. See ../shared/reference/README.md.

#include <cmath>
#include <filesystem>

#include "gmock/gmock.h"
#include "tests/core/expression/formula.h"
#include "tests/support/reference_files.h"

namespace thalweg::expression {
namespace {

namespace fs = std::filesystem;
namespace testing = thalweg::testing;
using testing::Json;

TEST(TestFunctions, HaveTheirPublishedValues) {
  int checked = 0;
  for (const fs::path& path : testing::ReferenceFiles("test_functions")) {
    const Json file = Json::FromFile(path);
    if (!file.Has("expression")) continue;
    Formula f(file["expression"].string(), testing::ScalarsNamed(file["variables"]));
    for (const Json& evaluation : file["evaluations"].array()) {
      const Vector x = Point(evaluation["x"].Numbers());
      const double expected = evaluation["f"].number();
      // The point's own rounding is exact; sums of large terms lose a few digits.
      EXPECT_NEAR(f.Value(x), expected, 1e-10 * std::max(1.0, std::abs(expected))) << path;
      // Some oscillate fast (third derivatives near 1e7): a short step, and a modest tolerance.
      const Vector slope =
          Differences([&](const Vector& at) { return f.Value(at); }, x, /*step=*/3e-8);
      const Vector gradient = f.Gradient(x);
      const double scale = std::max({1.0, slope.cwiseAbs().maxCoeff(), std::abs(expected)});
      EXPECT_LT((gradient - slope).cwiseAbs().maxCoeff(), 1e-4 * scale) << path;
      ++checked;
    }
  }
  if (checked == 0) GTEST_SKIP() << "no reference files";
}

TEST(HockSchittkowski, ObjectivesHaveTheirValueAndGradientAtTheStart) {
  int checked = 0;
  for (const fs::path& path : testing::ReferenceFiles("hock_schittkowski")) {
    const Json file = Json::FromFile(path);
    if (!file.Has("objective") || !file["f_at_start"].is_number()) continue;
    const Vector start = Point(file["start"].Numbers());
    Formula f(file["objective"].string(), testing::ScalarsX1To(file["start"].array().size()));
    const double expected = file["f_at_start"].number();
    EXPECT_NEAR(f.Value(start), expected, 1e-9 * std::max(1.0, std::abs(expected))) << path;
    if (file["grad_at_start"].is_array()) {
      const Vector gradient = Point(file["grad_at_start"].Numbers());
      const double scale = std::max(1.0, gradient.cwiseAbs().maxCoeff());
      EXPECT_LT((f.Gradient(start) - gradient).cwiseAbs().maxCoeff(), 1e-6 * scale) << path;
    }
    ++checked;
  }
  if (checked == 0) GTEST_SKIP() << "no reference files";
}

TEST(MoreGarbowHillstrom, ResidualsSumToTheirValuesAndGradients) {
  int checked = 0;
  for (const fs::path& path : testing::ReferenceFiles("mgh")) {
    const Json file = Json::FromFile(path);
    if (!file.Has("residuals")) continue;
    Formula f(testing::MghProblem(file));
    for (const Json& evaluation : file["evaluations"].array()) {
      const Vector x = Point(evaluation["x"].Numbers());
      const double expected = evaluation["f"].number();
      const Vector gradient = Point(evaluation["grad"].Numbers());
      EXPECT_NEAR(f.Value(x), expected, 1e-9 * std::max(1.0, std::abs(expected))) << path;
      const double scale = std::max(1.0, gradient.cwiseAbs().maxCoeff());
      EXPECT_LT((f.Gradient(x) - gradient).cwiseAbs().maxCoeff(), 1e-9 * scale) << path;
      ++checked;
    }
  }
  if (checked == 0) GTEST_SKIP() << "no reference files";
}

}  // namespace
}  // namespace thalweg::expression
