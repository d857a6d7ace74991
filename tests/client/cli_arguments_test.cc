// What may stand behind --start, --param, --at, --set and --stop, and what is said when it may not.
#include <gmock/gmock.h>
#include <google/protobuf/util/message_differencer.h>
#include <gtest/gtest.h>

#include "client/cli/arguments/array_argument.h"
#include "client/cli/arguments/setting_argument.h"
#include "client/cli/arguments/setting_text.h"
#include "client/cli/arguments/stop_argument.h"
#include "client/cli/arguments/vary_argument.h"
#include "client/cpp/build.h"

namespace thalweg::cli {
namespace {

using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::SizeIs;

v1::Array Array(const std::string& text) {
  const auto read = ParseArray("--start", text);
  EXPECT_TRUE(read.ok()) << read.error().text;
  return read.ok() ? read->array : v1::Array();
}

std::string ArrayError(const std::string& text) {
  const auto read = ParseArray("--start", text);
  return read.ok() ? "no error" : read.error().text;
}

v1::Setting Setting(const std::string& text) {
  const auto read = ParseSetting("--set", text);
  EXPECT_TRUE(read.ok()) << read.error().text;
  return read.ok() ? read->setting : v1::Setting();
}

std::string SettingError(const std::string& text) {
  const auto read = ParseSetting("--set", text);
  return read.ok() ? "no error" : read.error().text;
}

TEST(Start, OneNumberIsAScalar) {
  EXPECT_THAT(Array("x=-2.5").shape(), SizeIs(0));
  EXPECT_THAT(Array("x=-2.5").values(), ElementsAre(-2.5));
  EXPECT_THAT(Array(" x = +1e-3 ").values(), ElementsAre(1e-3));
}

TEST(Start, CommasOrBracketsMakeAVectorEvenOfOne) {
  for (const char* text : {"x=3,", "x=[3]", "x=[3,]"}) {
    EXPECT_THAT(Array(text).shape(), ElementsAre(1)) << text;
    EXPECT_THAT(Array(text).values(), ElementsAre(3)) << text;
  }
  EXPECT_THAT(Array("x=1,2,3").values(), ElementsAre(1, 2, 3));
  EXPECT_THAT(Array("x=[1, 2, 3]").shape(), ElementsAre(3));
}

TEST(Start, RepeatsAndFills) {
  EXPECT_THAT(Array("x=0.5*100").values(), SizeIs(100));
  EXPECT_THAT(Array("x=0.5*100").values(), Each(0.5));
  EXPECT_THAT(Array("x=7*1").shape(), ElementsAre(1));
  EXPECT_THAT(Array("x=-1.2,1,0*3").values(), ElementsAre(-1.2, 1, 0, 0, 0));
  EXPECT_THAT(Array("x=zeros(2)").values(), ElementsAre(0, 0));
  EXPECT_THAT(Array("x=ones(2),5").values(), ElementsAre(1, 1, 5));
}

TEST(Start, TakesAMatrixRowByRow) {
  EXPECT_THAT(Array("x=[[1,2],[3,4],[5,6]]").shape(), ElementsAre(3, 2));
  EXPECT_THAT(Array("x=[[1,2],[3,4],[5,6]]").values(), ElementsAre(1, 2, 3, 4, 5, 6));
  EXPECT_THAT(Array("x=[[0*3],[1*3]]").shape(), ElementsAre(2, 3));
  EXPECT_EQ(ArrayError("x=[[1,2],[3]]"),
            "--start: the row before this place has 1 numbers, the first row 2\n"
            "  x=[[1,2],[3]]\n              ^");
}

TEST(Start, SaysWhatIsWrongAndWhere) {
  EXPECT_EQ(ArrayError("3"),
            "--start: expected a name and a value, such as x=0 or x=1,2,3\n  3\n  ^");
  EXPECT_EQ(ArrayError("x"), "--start: expected '=' and a value after 'x'\n  x\n   ^");
  EXPECT_EQ(ArrayError("x="), "--start: expected a number, zeros(n) or ones(n)\n  x=\n    ^");
  EXPECT_EQ(ArrayError("x=1,a"),
            "--start: expected a number, zeros(n) or ones(n)\n  x=1,a\n       ^");
  EXPECT_EQ(ArrayError("x=[1,2"), "--start: expected ',' or ']'\n  x=[1,2\n        ^");
  EXPECT_EQ(ArrayError("x=1 2"), "--start: expected ',' or the end\n  x=1 2\n      ^");
  EXPECT_EQ(ArrayError("x=1*0"),
            "--start: expected a count here: a whole number, at least 1; a vector has at most "
            "10000000 numbers\n  x=1*0\n       ^");
  EXPECT_EQ(ArrayError("x=1e999"), "--start: no double holds this number\n  x=1e999\n    ^");
  EXPECT_EQ(ArrayError("x=nan"),
            "--start: the number before this place is not finite\n  x=nan\n       ^");
}

TEST(Set, TakesNumbersFlagsAndTexts) {
  EXPECT_EQ(Setting("learning_rate=0.1").number(), 0.1);
  EXPECT_TRUE(Setting("nesterov=true").flag());
  EXPECT_EQ(Setting("nesterov=false").value_case(), v1::Setting::kFlag);
  EXPECT_EQ(Setting("norm=max").text(), "max");
  EXPECT_EQ(Setting("norm='true'").text(), "true");
  EXPECT_EQ(Setting("clip=inf").number(), std::numeric_limits<double>::infinity());
  EXPECT_EQ(Setting("norm=information").text(), "information");
}

TEST(Set, TakesListsOfNumbers) {
  EXPECT_THAT(Setting("milestones=10,20,30").numbers().values(), ElementsAre(10, 20, 30));
  EXPECT_THAT(Setting("milestones=10,").numbers().values(), ElementsAre(10));
  EXPECT_THAT(Setting("milestones=[10]").numbers().values(), ElementsAre(10));
  EXPECT_EQ(Setting("milestones=[]").value_case(), v1::Setting::kNumbers);
}

TEST(Set, TakesPartsInsideParts) {
  const v1::Setting setting = Setting(
      "learning_rate=sequence(schedules=[constant(value=1), cosine(initial=0.1,steps=100)], "
      "milestones=[10])");

  ASSERT_TRUE(setting.has_part());
  EXPECT_EQ(setting.part().kind(), "sequence");
  const auto& schedules = setting.part().settings().at("schedules").parts().parts();
  ASSERT_THAT(schedules, SizeIs(2));
  EXPECT_EQ(schedules[1].kind(), "cosine");
  EXPECT_EQ(schedules[1].settings().at("steps").number(), 100);
  EXPECT_EQ(Setting("rate=cosine()").part().kind(), "cosine");
}

TEST(Set, SaysWhatIsWrongAndWhere) {
  EXPECT_EQ(SettingError("=1"),
            "--set: expected an option and a value, such as learning_rate=0.1\n  =1\n  ^");
  EXPECT_EQ(SettingError("rate"), "--set: expected '=' and a value after 'rate'\n  rate\n      ^");
  EXPECT_EQ(SettingError("rate=cosine(initial=0.1,final)"),
            "--set: expected '=' after 'final'\n  rate=cosine(initial=0.1,final)\n"
            "                               ^");
  EXPECT_EQ(SettingError("rate=steps(at=1,2)"),
            "--set: expected an option as name=value; a list is written [1,2]\n"
            "  rate=steps(at=1,2)\n                  ^");
  EXPECT_EQ(SettingError("rate=a(b=1,b=2)"),
            "--set: 'b' is given twice\n  rate=a(b=1,b=2)\n              ^");
  EXPECT_EQ(SettingError("rate=[1,cosine()]"),
            "--set: expected a number; a list holds numbers alone or parts alone\n"
            "  rate=[1,cosine()]\n          ^");
  EXPECT_EQ(SettingError("rate=0.1x"),
            "--set: expected a value: a number, true, false, a text, [a list], or "
            "name(option=value)\n  rate=0.1x\n       ^");
  EXPECT_EQ(SettingError("norm='max"), "--set: this quote is not closed\n  norm='max\n       ^");
}

TEST(Set, WhatIsWrittenReadsBackAsTheSame) {
  for (const char* text :
       {"0.1", "1e-08", "true", "max", "'true'", "'1'", "[1,2.5]", "cosine()",
        "cosine(initial=0.1,steps=100)", "sequence(schedules=[constant(value=1),cosine])"}) {
    const v1::Setting setting = Setting(std::string("x=") + text);
    EXPECT_EQ(SettingText(setting), text);
    EXPECT_TRUE(google::protobuf::util::MessageDifferencer::Equals(
        Setting("x=" + SettingText(setting)), setting))
        << text;
  }
}

TEST(Stop, TakesAThresholdOptionsOrNothing) {
  const auto simple = ParseStop("--stop", "value_change=1e-8");
  const auto full = ParseStop("--stop", "stall(threshold=1e-9,window=50)");
  const auto bare = ParseStop("--stop", "gradient_norm");

  EXPECT_EQ(simple->kind(), "value_change");
  EXPECT_EQ(simple->settings().at("threshold").number(), 1e-8);
  EXPECT_EQ(full->settings().at("window").number(), 50);
  EXPECT_EQ(bare->kind(), "gradient_norm");
  EXPECT_THAT(bare->settings(), SizeIs(0));
}

TEST(Stop, SaysWhatIsWrongAndWhere) {
  EXPECT_EQ(ParseStop("--stop", "=1").error().text,
            "--stop: expected a name, such as cosine(initial=0.1)\n  =1\n  ^");
  EXPECT_EQ(ParseStop("--stop", "stall(window=5)=2").error().text,
            "--stop: expected the end; a rule is written name=value or name(a=1,b=2)\n"
            "  stall(window=5)=2\n                 ^");
}

TEST(VaryArgument, TakesOptionsPlacesAndRanges) {
  const auto numbers = ParseVary("--vary", "learning_rate=0.1, 0.2");
  ASSERT_TRUE(numbers.ok());
  EXPECT_EQ(numbers->path(), "optimizer.settings[learning_rate]");
  EXPECT_EQ(numbers->values(1).number(), 0.2);

  const auto range = ParseVary("--vary", "learning_rate=log(0.001,1,7)");
  ASSERT_TRUE(range.ok());
  EXPECT_EQ(range->range().from(), 0.001);
  EXPECT_EQ(range->range().count(), 7);
  EXPECT_EQ(range->range().scale(), v1::STUDY_SCALE_LOGARITHMIC);
  EXPECT_EQ(ParseVary("", "a=linear(0,1,3)")->range().scale(), v1::STUDY_SCALE_LINEAR);

  const auto place = ParseVary("--vary", "stopping[0].settings[threshold]=1e-3");
  ASSERT_TRUE(place.ok());
  EXPECT_EQ(place->path(), "stopping[0].settings[threshold]");
  EXPECT_EQ(ParseVary("", "seed=1,2")->path(), "seed");

  const auto parts = ParseVary("--vary", "learning_rate=0.1,cosine(initial=0.5)");
  ASSERT_TRUE(parts.ok());
  EXPECT_EQ(parts->values(1).part().kind(), "cosine");
}

TEST(VaryArgument, SaysWhatIsWrong) {
  for (const char* text : {"learning_rate", "=1", "a=", "a=1,", "a=1 2", "a=log(1,2)",
                           "a=log(1,2,2.5)", "a=log(1,2,3),4"}) {
    EXPECT_FALSE(ParseVary("--vary", text).ok()) << text;
  }
}

TEST(MethodsArgument, TakesKindsWithTheirOptions) {
  const auto methods = ParseMethods("--methods", "adam, momentum(momentum=0.9)");
  ASSERT_TRUE(methods.ok());
  EXPECT_EQ(methods->path(), "optimizer");
  EXPECT_EQ(methods->values(0).part().kind(), "adam");
  EXPECT_EQ(methods->values(1).part().settings().at("momentum").number(), 0.9);
  EXPECT_FALSE(ParseMethods("--methods", "adam,").ok());
  EXPECT_FALSE(ParseMethods("--methods", "").ok());
}

}  // namespace
}  // namespace thalweg::cli
