#include "server/settings_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "tests/server/temporary_file.h"

namespace thalweg {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pair;

std::map<std::string, std::string> Values(std::string_view text) {
  const auto lines = ParseSettings(text, "t.conf");
  EXPECT_TRUE(lines.ok()) << lines.status();
  std::map<std::string, std::string> values;
  for (const SettingLine& line : lines.value_or(std::vector<SettingLine>())) {
    values[line.key] = line.value;
  }
  return values;
}

std::string Refusal(std::string_view text) {
  const auto lines = ParseSettings(text, "t.conf");
  EXPECT_EQ(lines.status().code(), absl::StatusCode::kInvalidArgument) << text;
  return std::string(lines.status().message());
}

TEST(SettingsFile, HoldsAKeyAndAValueALine) {
  EXPECT_THAT(Values("workers = 3\n\n  log-format=json  \n"),
              ElementsAre(Pair("log-format", "json"), Pair("workers", "3")));
}

TEST(SettingsFile, MayEndWithoutALineBreakAndHaveThoseOfWindows) {
  EXPECT_THAT(Values("workers = 3\r\nslice-us = 500"),
              ElementsAre(Pair("slice-us", "500"), Pair("workers", "3")));
}

TEST(SettingsFile, HoldsCommentsAfterASpaceAndInLinesOfTheirOwn) {
  EXPECT_THAT(Values("# all\nworkers = 3 # few\n   # more\ndata-dir = /a#b\nstore = # none"),
              ElementsAre(Pair("data-dir", "/a#b"), Pair("store", ""), Pair("workers", "3")));
}

TEST(SettingsFile, KeepsWhatIsInQuotes) {
  EXPECT_THAT(
      Values(R"(data-dir = "/a b # c"   # comment
store = 'sqlite:/x"\y'
http-allowed-origins = "say \"hi\" \\ \n")"),
      ElementsAre(Pair("data-dir", "/a b # c"), Pair("http-allowed-origins", R"(say "hi" \ \n)"),
                  Pair("store", R"(sqlite:/x"\y)")));
}

TEST(SettingsFile, NamesTheFileAndTheLineThatIsWrong) {
  EXPECT_EQ(Refusal("workers = 1\nslow\n"), "t.conf:2: 'slow' is not flag-name = value");
  EXPECT_EQ(Refusal("= 3"), "t.conf:1: '= 3' is not flag-name = value");
  EXPECT_EQ(Refusal("[server]"), "t.conf:1: '[server]' is not flag-name = value");
  EXPECT_EQ(Refusal("two words = 3"), "t.conf:1: 'two words = 3' is not flag-name = value");
  EXPECT_EQ(Refusal("store = \"x"), "t.conf:1: the quote \" is not closed");
  EXPECT_EQ(Refusal("\n\nstore = 'x' y"),
            "t.conf:3: nothing but a comment may follow the closing quote");
}

TEST(SettingsFile, RefusesAKeyThatComesTwice) {
  EXPECT_EQ(Refusal("workers = 1\n\nworkers = 1\n"),
            "t.conf:3: workers is given twice, first in line 1");
}

TEST(SettingsFile, ShowsNoControlBytesOfWhatIsNoText) {
  EXPECT_EQ(Refusal("\x1b[2J\x07").find('\x1b'), std::string::npos);
}

TEST(SettingsFile, MustBeAFileThatCanBeReadAndIsNotHuge) {
  const testing::TemporaryFile huge(std::string((1 << 20) + 1, '#'));

  EXPECT_EQ(ReadSettingsFile("/nowhere/t.conf").status().message(),
            "/nowhere/t.conf: cannot be read: No such file or directory");
  EXPECT_EQ(ReadSettingsFile("/").status().message(), "/: is a folder, not a file");
  EXPECT_THAT(std::string(ReadSettingsFile(huge.path()).status().message()),
              HasSubstr("is larger than 1 MiB"));
}

TEST(SettingsFile, ReadsTheValuesThatItWrites) {
  for (const char* value : {"", "3", "/a b", "#x", "a\"b", "a'b", "a\\b", "a b\\", "\\\\ \"'"}) {
    EXPECT_THAT(Values("store = " + AsFileValue(value)), ElementsAre(Pair("store", value)));
  }
}

}  // namespace
}  // namespace thalweg
