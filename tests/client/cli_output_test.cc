// Numbers, JSON, and the curve in the terminal.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "client/cli/output/error_text.h"
#include "client/cli/output/json.h"
#include "client/cli/output/names.h"
#include "client/cli/output/number_text.h"
#include "client/cli/output/run_json.h"
#include "client/cli/progress/curve.h"
#include "client/cli/progress/panel.h"
#include "client/cli/progress/selection.h"

namespace thalweg::cli {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Le;

TEST(ErrorText, NamesTheRequestWhereTheServerIsToBlame) {
  client::Error error{.code = grpc::StatusCode::INTERNAL,
                      .message = "the server made a mistake",
                      .violations = {},
                      .reason = "UNEXPECTED",
                      .metadata = {{"request_id", "r-1"}}};
  EXPECT_EQ(ErrorText(error), "the server made a mistake (INTERNAL; request r-1)");
  error.code = grpc::StatusCode::NOT_FOUND;
  error.message = "there is no run 'x'";
  EXPECT_EQ(ErrorText(error), "there is no run 'x' (NOT_FOUND)");
}

TEST(Numbers, AreTheShortestThatReadBackAsTheSame) {
  for (const double number : {0.1, 1.0 / 3, 2.499891109642585, -0.99999998814289, 5e-324,
                              std::numeric_limits<double>::max()}) {
    EXPECT_EQ(std::stod("0") + std::strtod(NumberText(number).c_str(), nullptr), number);
  }
  EXPECT_EQ(NumberText(0.1), "0.1");
  EXPECT_EQ(NumberText(100), "100");
  EXPECT_EQ(NumberText(-0.99999998814289), "-0.99999998814289");
}

TEST(Numbers, OfThingsAreGrouped) {
  EXPECT_EQ(CountText(12), "12");
  EXPECT_EQ(CountText(1234567), "1 234 567");
  EXPECT_EQ(CountText(-123), "-123");
  EXPECT_EQ(CountText(-123456), "-123 456");
}

TEST(JsonText, WritesWhatIsNotFiniteAsStrings) {
  const double infinity = std::numeric_limits<double>::infinity();
  Json json;
  json.Array().Number(std::nan("")).Number(infinity).Number(-infinity).Number(-0.5).EndArray();

  EXPECT_EQ(json.text(), R"(["NaN","Infinity","-Infinity",-0.5])");
}

TEST(JsonText, EscapesWhatItMust) {
  EXPECT_EQ(JsonString("a\"b\\c\nd\x01"), R"("a\"b\\c\nd\u0001")");
  EXPECT_EQ(JsonString("größe"), "\"größe\"");
  EXPECT_EQ(JsonString("\xff\xc3"), "\"\uFFFD\uFFFD\"");
}

TEST(JsonText, NestsWithCommasWhereTheyBelong) {
  Json json;
  json.Object().Key("a").Object().EndObject().Key("b").Array().Integer(1).Flag(true).Null();
  json.EndArray().Key("c").Text("").EndObject();

  EXPECT_EQ(json.text(), R"({"a":{},"b":[1,true,null],"c":""})");
}

TEST(X, IsCutWhereOnlyTheFirstCoordinatesAreKept) {
  Variables variables;
  variables.Add()->set_name("b");
  v1::Variable& w = *variables.Add();
  w.set_name("w");
  w.add_shape(3);
  variables.Add()->set_name("c");
  const std::vector<double> all = {1, 2, 3, 4, 5};

  Json whole, some, none;
  WriteX(whole, variables, std::span(all));
  WriteX(some, variables, std::span(all).first(2));
  WriteX(none, variables, std::span(all).first(0));

  EXPECT_EQ(whole.text(), R"({"b":1,"w":[2,3,4],"c":5})");
  EXPECT_EQ(some.text(), R"({"b":1,"w":[2]})");
  EXPECT_EQ(none.text(), "{}");
}

TEST(Flags, AreFoundForTheFieldsOfARequest) {
  EXPECT_EQ(FlagOf("run.optimizer.settings[learning_rate]"), "--set learning_rate");
  EXPECT_EQ(FlagOf("run.optimizer.settings[learning_rate].settings[final]"),
            "--set learning_rate (final)");
  EXPECT_EQ(FlagOf("run.optimizer.kind"), "--optimizer");
  EXPECT_EQ(FlagOf("run.stopping[0].kind"), "--stop #1");
  EXPECT_EQ(FlagOf("run.start"), "--start");
  EXPECT_EQ(FlagOf("run.start.values[x].values[3]"), "--start x (3)");
  EXPECT_EQ(FlagOf("points[0].values[x]"), "--at x");
  EXPECT_EQ(FlagOf("objective.parameters[a]"), "--param a");
  EXPECT_EQ(FlagOf("run.labels[K]"), "--label K");
  EXPECT_EQ(FlagOf("run.startle"), "run.startle");
  EXPECT_EQ(FlagOf("something.new"), "something.new");
}

TEST(Texts, OfOthersCannotSteerTheTerminal) { EXPECT_EQ(Printable("a\nb\x1b[31m"), "a b?[31m"); }

TEST(Lines, AreChosenAtOneTwoFive) {
  Selection selection(std::nullopt);
  std::vector<int64_t> chosen;
  for (int64_t k = 0; k <= 1000; ++k) {
    if (selection.Contains(k)) chosen.push_back(k);
  }
  EXPECT_THAT(chosen, ElementsAre(0, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000));
}

TEST(CurveTest, FallsFromTheUpperLeftToTheLowerRight) {
  std::vector<Curve::Point> points;
  for (int64_t k = 0; k < 40; ++k) points.push_back({k, static_cast<double>(-k)});

  EXPECT_THAT(Draw(points, 10, 2),
              ElementsAre("        0 ⠙⠒⠦⢄⣀⠀⠀⠀⠀⠀", "      -39 ⠀⠀⠀⠀⠀⠉⠑⠲⠤⣄", "          0       39"));
}

TEST(CurveTest, LeavesOutWhatIsNotFiniteAndDrawsNothingOfOnePoint) {
  const double nan = std::nan("");
  EXPECT_THAT(Draw({{0, 1}, {1, nan}}, 10, 2), IsEmpty());
  EXPECT_EQ(Draw({{0, 1}, {1, nan}, {2, 0}}, 10, 2).size(), 3u);
  EXPECT_EQ(Draw({{0, 1}, {1, 1}}, 10, 2).size(), 3u);  // a level line
}

TEST(CurveTest, StaysSmallAndKeepsItsEnds) {
  Curve curve;
  for (int64_t k = 0; k < 1'000'000; ++k) curve.Add(k, static_cast<double>(k));

  EXPECT_THAT(curve.points().size(), Le(4096u));
  EXPECT_EQ(curve.points().front().iteration, 0);
  EXPECT_EQ(curve.points().back().value, 999'999);
}

v1::IterateBatch OneWithoutGradient() {
  v1::IterateBatch batch;
  batch.add_iteration(7);
  batch.add_value(1);
  batch.add_best_value(1);
  batch.add_gradient_norm(std::nan(""));
  batch.add_gradient_max(std::nan(""));
  batch.add_step_norm(0.5);
  batch.add_learning_rate(0);
  batch.add_value_evaluations(9);
  batch.add_gradient_evaluations(0);
  batch.add_flags(8 + 16);
  batch.add_trials(3);
  return batch;
}

TEST(IterateJson, HasNullForAGradientThatNobodyAskedForAndWhatElseThereIsToSay) {
  const v1::IterateBatch batch = OneWithoutGradient();
  Json json;
  WriteIterate(json, {}, client::IteratesView(batch), 0);

  EXPECT_EQ(json.text(),
            R"({"iteration":7,"value":1,"best_value":1,"gradient_norm":null,"step_norm":0.5,)"
            R"("learning_rate":0,"x":{},"trials":3,"flags":["rejected","restarted"]})");
}

TEST(PanelTest, ShowsADashForAGradientThatNobodyAskedForAndTheLastEvent) {
  const v1::IterateBatch batch = OneWithoutGradient();
  Panel panel;
  panel.Update(client::IteratesView(batch));
  v1::RunEvent event;
  event.set_iteration(1234);
  event.set_code("restart");
  event.set_text("out of\nideas");
  panel.Update(event);

  const std::vector<std::string> lines = panel.Lines(80);

  EXPECT_THAT(lines[2], ::testing::HasSubstr("|gradient| -   "));
  EXPECT_THAT(lines, ::testing::Contains("  last event 1 234             restart: out of ideas"));
}

TEST(PanelTest, KeepsToTheWidth) {
  EXPECT_EQ(Clipped("größe", 3), "grö");
  EXPECT_EQ(Clipped("größe", 9), "größe");
}

}  // namespace
}  // namespace thalweg::cli
