#include "server/core/landscape/grid.h"

#include <gtest/gtest.h>

#include <cmath>
#include <memory>

#include "server/core/objective_spec.h"

namespace thalweg::landscape {
namespace {

std::unique_ptr<Objective> Formula(const std::string& text) {
  ObjectiveSpec spec;
  spec.expression = text;
  return *BuildObjective(spec, {{"x", {0, 0}}});
}

TEST(Axis, HitsBothEndsAndDoesNotOverflow) {
  const Axis axis = {{-1e308, 1.5e308}, 3};
  EXPECT_EQ(axis[0], -1e308);
  EXPECT_DOUBLE_EQ(axis[1], 0.25e308);
  EXPECT_EQ(axis[2], 1.5e308);
}

TEST(Sample, LiesRowAfterRowAndKnowsItsExtremes) {
  const auto objective = Formula("x[0] + 10*x[1]");
  const Plane plane = *CoordinatePlane(objective->layout(), Vector{{9, 9}}, 0, 1);
  const auto samples = Sample(*objective, plane, {{0, 2}, 3}, {{0, 1}, 2}, /*at_once=*/2);
  ASSERT_TRUE(samples.ok()) << samples.status();
  EXPECT_EQ(samples->values, (Vector{{0, 1, 2, 10, 11, 12}}));
  EXPECT_EQ(samples->least, 0);
  EXPECT_EQ(samples->greatest, 5);
  EXPECT_EQ(samples->non_finite, 0);
}

TEST(Sample, CountsWhatIsNotFiniteAndLooksPastIt) {
  const auto objective = Formula("log(x[0]) + 0*x[1]");
  const Plane line = *CoordinatePlane(objective->layout(), Vector{{0, 0}}, 0, std::nullopt);
  const auto samples = Sample(*objective, line, {{-1, 2}, 4}, {}, 64);
  ASSERT_TRUE(samples.ok()) << samples.status();
  EXPECT_EQ(samples->values.size(), 4);
  EXPECT_EQ(samples->non_finite, 2);
  EXPECT_EQ(samples->least, 2);
  EXPECT_EQ(samples->greatest, 3);
  const auto nothing = Sample(*objective, line, {{-2, -1}, 2}, {}, 64);
  EXPECT_EQ(nothing->least, -1);
  EXPECT_EQ(nothing->greatest, -1);
}

}  // namespace
}  // namespace thalweg::landscape
