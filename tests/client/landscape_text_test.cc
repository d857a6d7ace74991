// Landscapes as characters.
#include "client/cli/output/landscape_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

namespace thalweg::cli {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr double kInfinity = std::numeric_limits<double>::infinity();

void Set(v1::LandscapeRange& range, double from, double to, int64_t count) {
  range.set_from(from);
  range.set_to(to);
  range.set_count(count);
}

v1::SampleLandscapeResponse Sampled(const std::vector<double>& values, int64_t columns) {
  v1::SampleLandscapeResponse response;
  response.mutable_values()->Add(values.begin(), values.end());
  Set(*response.mutable_u(), -1, 1, columns);
  response.set_u_name("x");
  response.set_least(-1);
  response.set_greatest(-1);
  for (int i = 0; i < response.values_size(); ++i) {
    if (!std::isfinite(values[static_cast<size_t>(i)])) continue;
    if (response.least() < 0 ||
        values[static_cast<size_t>(i)] < values[static_cast<size_t>(response.least())]) {
      response.set_least(i);
    }
    if (response.greatest() < 0 ||
        values[static_cast<size_t>(i)] > values[static_cast<size_t>(response.greatest())]) {
      response.set_greatest(i);
    }
  }
  return response;
}

v1::SampleLandscapeResponse Plane(const std::vector<double>& values, int64_t columns) {
  v1::SampleLandscapeResponse response = Sampled(values, columns);
  Set(*response.mutable_v(), 0, 10, static_cast<int64_t>(values.size()) / columns);
  response.set_v_name("y");
  return response;
}

TEST(LandscapePicture, DrawsTheHighestRowFirstInShadesOfEqualAreas) {
  const auto lines = Picture(Plane({0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}, 6));

  EXPECT_THAT(lines, ElementsAre("           y", "        10 │▒▒▓▓██", "         0 │● ··░░",
                                 "           └──────", "            -1 x 1",
                                 "            ' ' to 1 '·' to 3 '░' to 5 '▒' to 7 '▓' to 9 "
                                 "'█' above"));
}

TEST(LandscapePicture, MarksWhatIsNotFinite) {
  const auto lines = Picture(Plane({1, NAN, kInfinity, 2}, 2));

  EXPECT_THAT(lines[1], HasSubstr("│×"));
  EXPECT_THAT(lines[2], HasSubstr("│●×"));
}

TEST(LandscapePicture, IsThereWithoutAnyFiniteValueAndForAConstant) {
  EXPECT_THAT(Picture(Plane({NAN, NAN, NAN, NAN}, 2)), SizeIs(5));
  const auto flat = Picture(Plane({3, 3, 3, 3}, 2));
  EXPECT_THAT(flat.back(), HasSubstr("' ' to 3 '█' above"));
  EXPECT_THAT(Picture(Sampled({NAN, NAN}, 2)), IsEmpty());
}

TEST(LandscapePicture, DrawsALineAsACurve) {
  const auto lines = Picture(Sampled({4, 1, 0, 1, 4}, 5));

  ASSERT_THAT(lines, SizeIs(18));
  EXPECT_EQ(lines[0], "         4 │•   •");
  EXPECT_EQ(lines[15], "         0 │  ●  ");
  EXPECT_THAT(lines[11], HasSubstr("│ • • "));
}

TEST(LandscapePicture, StandsValuesWhoseDifferenceOverflows) {
  const auto lines = Picture(Sampled({-1.5e308, 0, 1.5e308}, 3));

  EXPECT_THAT(lines[0], HasSubstr("│  •"));
  EXPECT_THAT(lines[15], HasSubstr("│●  "));
}

}  // namespace
}  // namespace thalweg::cli
