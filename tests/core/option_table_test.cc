#include "server/core/option_table.h"

#include <limits>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "server/core/number_text.h"
#include "server/core/violation.h"

namespace thalweg {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

struct Base {
  double shared = 1;
};
struct Options : Base {
  double number = 0.5;
  int64_t count = 10;
  bool flag = false;
  std::string text = "two";
  Schedule rate = 0.01;
  std::vector<double> numbers;
  std::vector<Schedule> parts;
  double needed = 0;
};

OptionTable<Options> Table() {
  return Joined<Options>(
      {
          {"number", &Options::number, kUnitHalfOpen, "a number"},
          {"count", &Options::count, kCount, "a count"},
          {"flag", &Options::flag, {}, "a flag"},
          {"text", &Options::text, {}, "a text", {"two", "max"}},
          {"rate", &Options::rate, kPositive, "a schedule"},
          {"numbers", &Options::numbers, kPositive, "numbers"},
          {"parts", &Options::parts, kPositive, "schedules"},
          {"needed", &Options::needed, kAnyFinite, "a number without a default", kRequired},
      },
      OptionTable<Base>{{"shared", &Base::shared, kNonNegative, "from the base"}});
}

absl::StatusOr<Options> Read(std::map<std::string, Setting> settings) {
  settings.try_emplace("needed", 0.0);
  return ReadOptions<Options>({"thing", std::move(settings)}, Table());
}

// The only violation of a reading with one wrong setting.
Violation Wrong(const std::string& name, const Setting& setting) {
  const auto violations = ViolationsOf(Read({{name, setting}}).status());
  EXPECT_THAT(violations, SizeIs(1)) << name;
  return violations.empty() ? Violation{} : violations.front();
}

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

TEST(OptionTable, KeepsDefaultsWhereNothingIsGiven) {
  const auto options = Read({});

  ASSERT_TRUE(options.ok()) << options.status();
  EXPECT_EQ(options->number, 0.5);
  EXPECT_EQ(options->count, 10);
  EXPECT_FALSE(options->flag);
  EXPECT_EQ(options->text, "two");
  EXPECT_EQ(options->rate.At(3), 0.01);
  EXPECT_EQ(options->shared, 1);
}

TEST(OptionTable, ReadsEveryType) {
  const auto options = Read(
      {{"number", 0.0},
       {"count", 9007199254740992.0},
       {"flag", true},
       {"text", std::string("max")},
       {"rate", std::vector<Part>{{"constant", {{"value", 2.0}}}}},
       {"numbers", std::vector<double>{1, 2}},
       {"parts", std::vector<Part>{{"constant", {{"value", 2.0}}}, {"constant", {{"value", 3.0}}}}},
       {"needed", -4.0},
       {"shared", 0.0}});

  ASSERT_TRUE(options.ok()) << options.status();
  EXPECT_EQ(options->number, 0);
  EXPECT_EQ(options->count, int64_t{1} << 53);
  EXPECT_TRUE(options->flag);
  EXPECT_EQ(options->text, "max");
  EXPECT_EQ(options->rate.At(0), 2);
  EXPECT_EQ(options->numbers, (std::vector<double>{1, 2}));
  ASSERT_THAT(options->parts, SizeIs(2));
  EXPECT_EQ(options->parts[1].At(0), 3);
  EXPECT_EQ(options->needed, -4);
  EXPECT_EQ(options->shared, 0);
}

TEST(OptionTable, TakesNumbersForSchedulesAndOneForAList) {
  const auto options =
      Read({{"rate", 0.5}, {"numbers", 3.0}, {"parts", std::vector<double>{1, 2}}});

  ASSERT_TRUE(options.ok()) << options.status();
  EXPECT_EQ(options->rate.At(9), 0.5);
  EXPECT_EQ(options->numbers, std::vector<double>{3});
  EXPECT_EQ(options->parts[1].At(0), 2);
}

TEST(OptionTable, RefusesNumbersOutOfRangeWithTheRange) {
  for (const double value : {-0.1, 1.0, kNan, kInfinity, -kInfinity}) {
    const Violation violation = Wrong("number", value);
    EXPECT_EQ(violation.field, "settings[number]");
    EXPECT_EQ(violation.reason, Reason::kInvalidValue);
    EXPECT_EQ(violation.description,
              "number: expected a number in [0, 1), got " + NumberText(value));
  }
}

TEST(OptionTable, RefusesIntegersThatAreNoneOrOutOfRange) {
  for (const double value : {0.0, -1.0, 2.5, 1e16, kNan, kInfinity}) {
    EXPECT_EQ(Wrong("count", value).description,
              "count: expected a whole number in [1, 2^53], got " + NumberText(value));
  }
}

TEST(OptionTable, RefusesOtherTypesSayingWhatWasGiven) {
  const std::vector<Part> part{{"constant", {{"value", 1.0}}}};
  const std::pair<Setting, std::string> cases[] = {
      {true, "got the flag true"},
      {std::string("much"), "got the text 'much'"},
      {std::vector<double>{1, 2}, "got a list of 2 numbers"},
      {part, "got the part 'constant'"},
      {std::vector<Part>{}, "got a list of 0 parts"},
  };
  for (const auto& [setting, got] : cases) {
    EXPECT_THAT(Wrong("number", setting).description, HasSubstr(got));
    EXPECT_THAT(Wrong("count", setting).description, HasSubstr(got));
  }
  EXPECT_EQ(Wrong("flag", 1.0).description, "flag: expected true or false, got 1");
  EXPECT_EQ(Wrong("text", 1.0).description, "text: expected one of two, max, got 1");
  EXPECT_EQ(Wrong("rate", true).description,
            "rate: expected a number in (0, inf) or a schedule, got the flag true");
  EXPECT_EQ(Wrong("numbers", part).description,
            "numbers: expected a list of numbers in (0, inf), got the part 'constant'");
  EXPECT_EQ(Wrong("parts", std::string("x")).description,
            "parts: expected a list of schedules, or of numbers in (0, inf), got the text 'x'");
}

TEST(OptionTable, RefusesUnknownChoicesWithTheKnownOnes) {
  const Violation violation = Wrong("text", std::string("mox"));

  EXPECT_EQ(violation.reason, Reason::kUnknownName);
  EXPECT_EQ(violation.description, "unknown text 'mox'; did you mean 'max'? known: two, max");
}

TEST(OptionTable, RefusesUnknownOptionsWithTheNearestAndTheKnownOnes) {
  const Violation violation = Wrong("numbr", 1.0);

  EXPECT_EQ(violation.field, "settings[numbr]");
  EXPECT_EQ(violation.reason, Reason::kUnknownName);
  EXPECT_THAT(violation.description,
              AllOf(HasSubstr("unknown thing option 'numbr'; did you mean 'number'?"),
                    HasSubstr("known: number, count, flag")));
}

TEST(OptionTable, AsksForWhatHasNoDefault) {
  const auto violations = ViolationsOf(ReadOptions<Options>({"thing", {}}, Table()).status());

  ASSERT_THAT(violations, SizeIs(1));
  EXPECT_EQ(violations[0].field, "settings[needed]");
  EXPECT_EQ(violations[0].reason, Reason::kMissingField);
  EXPECT_EQ(violations[0].description, "needed must be given: a number in (-inf, inf)");
}

TEST(OptionTable, NestsTheErrorsOfAScheduleUnderItsOption) {
  const Part cosine{"cosine", {{"inital", 1.0}, {"steps", 0.0}}};

  std::vector<std::string> fields;
  for (const auto& violation : ViolationsOf(Read({{"rate", std::vector<Part>{cosine}}}).status())) {
    fields.push_back(violation.field);
  }

  EXPECT_THAT(fields,
              ElementsAre("settings[rate].settings[initial]", "settings[rate].settings[steps]",
                          "settings[rate].settings[inital]"));
  EXPECT_EQ(Wrong("rate", std::vector<Part>{{"cosin", {}}}).field, "settings[rate].kind");
}

TEST(OptionTable, NamesTheWrongMemberOfAList) {
  EXPECT_EQ(Wrong("numbers", std::vector<double>{1, -2}).description,
            "numbers: expected a list of numbers in (0, inf), got -2 at [1]");
  EXPECT_EQ(Wrong("parts", std::vector<Part>{{"constant", {{"value", 1.0}}}, {"none", {}}}).field,
            "settings[parts][1].kind");
}

TEST(OptionTable, SaysAllThatIsWrongAtOnce) {
  const auto options = Read({{"number", 2.0}, {"flag", 1.0}, {"shared", -1.0}, {"x", 1.0}});

  EXPECT_THAT(ViolationsOf(options.status()), SizeIs(4));
}

TEST(OptionTable, SaysNoMoreThanAPersonWouldRead) {
  std::map<std::string, Setting> settings;
  for (int i = 0; i < 1000; ++i) settings["unknown" + std::to_string(i)] = 1.0;

  EXPECT_THAT(ViolationsOf(Read(std::move(settings)).status()), SizeIs(20));
}

TEST(OptionTable, EscapesNamesThatStrangersChose) {
  EXPECT_EQ(Wrong("a\x01\n", 1.0).field, "settings[a\\x01\\n]");
}

TEST(OptionTable, DescribesItself) {
  const std::vector<OptionInfo> infos = Describe(Table());

  ASSERT_THAT(infos, SizeIs(9));
  EXPECT_EQ(infos[0].name, "number");
  EXPECT_EQ(infos[0].type, OptionType::kNumber);
  EXPECT_EQ(infos[0].default_text, "0.5");
  EXPECT_EQ(infos[0].range.Text(), "[0, 1)");
  EXPECT_EQ(infos[1].type, OptionType::kInteger);
  EXPECT_EQ(infos[1].default_text, "10");
  EXPECT_EQ(infos[2].type, OptionType::kFlag);
  EXPECT_EQ(infos[2].default_text, "false");
  EXPECT_EQ(infos[3].type, OptionType::kText);
  EXPECT_THAT(infos[3].choices, ElementsAre("two", "max"));
  EXPECT_EQ(infos[4].type, OptionType::kSchedule);
  EXPECT_EQ(infos[4].default_text, "0.01");
  EXPECT_EQ(infos[5].type, OptionType::kNumbers);
  EXPECT_EQ(infos[5].default_text, "[]");
  EXPECT_EQ(infos[6].type, OptionType::kParts);
  EXPECT_THAT(infos[7].default_text, IsEmpty());
  EXPECT_EQ(infos[8].name, "shared");
}

TEST(NumberText, IsTheShortestThatReadsBack) {
  EXPECT_EQ(NumberText(0.1), "0.1");
  EXPECT_EQ(NumberText(1.0 / 3), "0.3333333333333333");
  EXPECT_EQ(NumberText(1e-8), "1e-08");
  EXPECT_EQ(NumberText(kInfinity), "inf");
}

}  // namespace
}  // namespace thalweg
