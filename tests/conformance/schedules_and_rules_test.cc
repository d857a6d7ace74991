// What every schedule and every stopping rule of the catalogues must do.

#include <algorithm>
#include <cmath>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "server/core/schedule.h"
#include "server/core/stopping_rule.h"

namespace thalweg {
namespace {

using ::testing::Contains;
using ::testing::SizeIs;

std::vector<std::string> FieldsOf(const absl::Status& status) {
  std::vector<std::string> fields;
  for (const Violation& violation : ViolationsOf(status)) fields.push_back(violation.field);
  return fields;
}

template <typename Entry>
void ExpectDescribed(const Entry& entry) {
  EXPECT_FALSE(entry.title.empty());
  EXPECT_FALSE(entry.summary.empty());
  EXPECT_FALSE(entry.formula.empty());
  for (const OptionInfo& option : entry.options) EXPECT_FALSE(option.meaning.empty());
}

template <typename Entry>
void ExpectNamesWhatIsWrong(const Entry& entry) {
  EXPECT_THAT(FieldsOf(entry.make(Part{entry.name, {{"surely_not", 1.0}}}).status()),
              Contains("settings[surely_not]"));
  for (const OptionInfo& option : entry.options) {
    const std::string field = "settings[" + option.name + "]";
    const Part nothing{entry.name, {{option.name, std::string("nonsense")}}};
    EXPECT_THAT(FieldsOf(entry.make(nothing).status()), Contains(field));
    const bool needed = option.default_text.empty();
    const auto fields = FieldsOf(entry.make(Part{entry.name, {}}).status());
    EXPECT_EQ(std::find(fields.begin(), fields.end(), field) != fields.end(), needed) << field;
  }
}

class EverySchedule : public ::testing::TestWithParam<ScheduleEntry> {};

TEST_P(EverySchedule, IsDescribed) { ExpectDescribed(GetParam()); }
TEST_P(EverySchedule, NamesWhatIsWrong) { ExpectNamesWhatIsWrong(GetParam()); }

INSTANTIATE_TEST_SUITE_P(Catalogue, EverySchedule,
                         ::testing::ValuesIn(Schedules().begin(), Schedules().end()),
                         [](const auto& entry) { return entry.param.name; });

class EveryStoppingRule : public ::testing::TestWithParam<StoppingRuleEntry> {};

TEST_P(EveryStoppingRule, IsDescribed) { ExpectDescribed(GetParam()); }
TEST_P(EveryStoppingRule, NamesWhatIsWrong) { ExpectNamesWhatIsWrong(GetParam()); }

TEST_P(EveryStoppingRule, CallsItsMainOptionThreshold) {
  ASSERT_FALSE(GetParam().options.empty());
  EXPECT_EQ(GetParam().options.front().name, "threshold");
}

TEST_P(EveryStoppingRule, TakesOneAndRefusesNan) {
  EXPECT_TRUE(GetParam().make(Part{GetParam().name, {{"threshold", 1.0}}}).ok());
  EXPECT_FALSE(GetParam().make(Part{GetParam().name, {{"threshold", std::nan("")}}}).ok());
}

INSTANTIATE_TEST_SUITE_P(Catalogue, EveryStoppingRule,
                         ::testing::ValuesIn(StoppingRules().begin(), StoppingRules().end()),
                         [](const auto& entry) { return entry.param.name; });

TEST(Catalogue, HasElevenSchedulesAndTwelveRules) {
  EXPECT_THAT(Schedules(), SizeIs(11));
  EXPECT_THAT(StoppingRules(), SizeIs(14));
}

}  // namespace
}  // namespace thalweg
