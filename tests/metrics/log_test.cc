// Of server/log; here because metrics and log are two sinks of the same events.

#include "server/log/log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <string>
#include <vector>

#include "server/events/call_scope.h"
#include "server/events/fan_out.h"
#include "server/log/log_line.h"
#include "server/log/rate_limit.h"
#include "tests/support/json.h"

namespace thalweg::log {
namespace {

using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::Json;
using ::testing::SizeIs;

constexpr int64_t kSomeTime = 1'767'323'045'678;  // 2026-01-02T03:04:05.678Z

LogLine TextLine() { return LogLine(Format::kText, kSomeTime, "info", "tested"); }
LogLine JsonLine() { return LogLine(Format::kJson, kSomeTime, "info", "tested"); }

TEST(LogLine, IsReadableAsText) {
  EXPECT_EQ(TextLine().Add("run", "r-1").Add("iterations", 12).Add("seconds", 0.25).Text(),
            "2026-01-02T03:04:05.678Z info tested run=r-1 iterations=12 seconds=0.25");
}

TEST(LogLine, IsAnObjectAsJson) {
  EXPECT_EQ(JsonLine().Add("run", "r-1").Add("iterations", 12).Add("ok", true).Text(),
            R"({"time":"2026-01-02T03:04:05.678Z","level":"info","event":"tested",)"
            R"("run":"r-1","iterations":12,"ok":true})");
}

TEST(LogLine, StaysOneLineWhateverTheValueHolds) {
  const std::string hostile = "a\nb\x1b[31m\"\\\x7f\r\u009b\u202e\u2066\xff";

  EXPECT_THAT(TextLine().Add("name", hostile).Text(),
              EndsWith(R"(name="a\nb\u001b[31m\"\\\u007f\u000d\u009b\u202e\u2066\ufffd")"));
  EXPECT_THAT(JsonLine().Add("name", hostile).Text(),
              EndsWith(R"("name":"a\nb\u001b[31m\"\\\u007f\u000d\u009b\u202e\u2066\ufffd"})"));
}

TEST(LogLine, KeepsLettersOfAllLanguages) {
  EXPECT_THAT(TextLine().Add("name", "Tälweg 谷").Text(), EndsWith("name=\"Tälweg 谷\""));
}

TEST(LogLine, CutsLongValues) {
  const Json line = Json::Parse(JsonLine().Add("name", std::string(5'000, 'x')).Text());
  EXPECT_EQ(line["name"].string(), std::string(1'024, 'x') + "...");
}

TEST(LogLine, IsNeverLongerThanItsBoundAndStaysWellFormed) {
  LogLine line = JsonLine();
  for (int i = 0; i < 100; ++i) line.Add("name" + std::to_string(i), std::string(5'000, '\x01'));

  const std::string text = line.Text();

  EXPECT_LE(text.size(), LogLine::kMaxLineBytes);
  EXPECT_TRUE(Json::Parse(text)["cut"].boolean());
}

TEST(LogLine, WritesNumbersThatJsonHasNoFormForAsText) {
  const Json line = Json::Parse(JsonLine()
                                    .Add("a", std::numeric_limits<double>::quiet_NaN())
                                    .Add("b", -std::numeric_limits<double>::infinity())
                                    .Text());
  EXPECT_EQ(line["a"].string(), "nan");
  EXPECT_EQ(line["b"].string(), "-inf");
}

TEST(RateLimit, LetsABurstThroughThenCountsTheRest) {
  RateLimit limit(/*per_second=*/1, /*burst=*/2);
  const RateLimit::Clock::time_point start{};

  EXPECT_EQ(limit.Pass(start), 0);
  EXPECT_EQ(limit.Pass(start), 0);
  EXPECT_EQ(limit.Pass(start), std::nullopt);
  EXPECT_EQ(limit.Pass(start), std::nullopt);
  EXPECT_EQ(limit.Pass(start + std::chrono::milliseconds(1100)), 2);
  EXPECT_EQ(limit.Pass(start + std::chrono::milliseconds(1200)), std::nullopt);
}

struct Lines {
  std::vector<std::string> lines;
  LogOptions Options(Level level = Level::kInfo) {
    return {.level = level, .format = Format::kJson, .write = [this](const std::string& line) {
              lines.push_back(line);
            }};
  }
};

TEST(Log, TellsARunsStory) {
  Lines out;
  Log log(out.Options());

  log.On(RunCreated{"r1", "adam"});
  log.On(RunStarted{"r1", "adam", Seconds(0.5)});
  log.On(RunFinished{.run = "r1",
                     .optimizer = "adam",
                     .outcome = "converged",
                     .criterion = "gradient_norm",
                     .iterations = 7,
                     .duration = Seconds(2)});

  EXPECT_THAT(out.lines, ElementsAre(HasSubstr("run_created"), HasSubstr("run_started"),
                                     HasSubstr(R"("event":"run_finished","run":"r1",)"
                                               R"("optimizer":"adam","outcome":"converged",)"
                                               R"("criterion":"gradient_norm","iterations":7,)"
                                               R"("seconds":2)")));
}

TEST(Log, MarksTheLinesOfACallWithItsIds) {
  Lines out;
  Log log(out.Options());
  const CallTags tags{.request_id = "r-1", .trace_id = "7", .span_id = "8", .tenant = "lab"};

  {
    const CallScope scope(tags);
    log.On(RunCreated{"r1", "adam"});
  }
  log.On(RunCreated{"r2", "adam"});

  EXPECT_THAT(out.lines, ElementsAre(EndsWith(R"("request_id":"r-1","trace_id":"7","span_id":"8",)"
                                              R"("tenant":"lab"})"),
                                     EndsWith(R"("run":"r2","optimizer":"adam"})")));
}

TEST(Log, SaysNothingOfCommitsThatSucceed) {
  Lines out;
  Log log(out.Options());

  log.On(CommitFinished{.runs = 1, .iterates = 5});
  EXPECT_THAT(out.lines, IsEmpty());
  log.On(CommitFinished{.runs = 1, .iterates = 5, .ok = false});
  EXPECT_THAT(out.lines, ElementsAre(HasSubstr(R"("level":"error","event":"commit_failed")")));
}

CallFinished Ended(std::string_view code, Seconds duration = Seconds(0.01),
                   std::string_view type = "unary") {
  return {type,      "thalweg.v1.OptimizationService", "GetRun", code, duration, "ipv4:192.0.2.1:5",
          "too much"};
}

TEST(Log, TellsOfCallsThatTheServerIsToBlameFor) {
  Lines out;
  Log log(out.Options());

  for (const char* code : {"OK", "InvalidArgument", "NotFound", "Canceled"}) log.On(Ended(code));
  EXPECT_THAT(out.lines, IsEmpty());
  for (const char* code : {"Internal", "Unknown", "DataLoss"}) log.On(Ended(code));
  EXPECT_THAT(out.lines, ::testing::Each(HasSubstr(R"("level":"error","event":"call_failed")")));
  out.lines.clear();
  for (const char* code : {"ResourceExhausted", "Unavailable"}) log.On(Ended(code));
  EXPECT_THAT(out.lines, ElementsAre(HasSubstr(R"("level":"warning","event":"call_refused",)"
                                               R"("rpc":"thalweg.v1.OptimizationService/GetRun",)"
                                               R"("code":"ResourceExhausted","seconds":0.01,)"
                                               R"("peer":"ipv4:192.0.2.1:5","message":"too much")"),
                                     HasSubstr(R"("code":"Unavailable")")));
}

TEST(Log, TakesItAsGivenThatADrainingServerIsUnavailable) {
  Lines out;
  Log log(out.Options(Level::kWarning));
  log.On(ServerReady{"grpc", false});
  log.On(Ended("Unavailable"));
  EXPECT_THAT(out.lines, IsEmpty());
}

TEST(Log, TellsOfSlowCallsThatAreNoStreams) {
  Lines out;
  Log log(out.Options());
  log.On(Ended("OK", Seconds(100), "server_stream"));
  EXPECT_THAT(out.lines, IsEmpty());
  log.On(Ended("OK", Seconds(1.5)));
  EXPECT_THAT(out.lines, ElementsAre(HasSubstr(R"("level":"warning","event":"call_slow")")));
}

TEST(Log, TellsWhenTheSelfProbeTurns) {
  Lines out;
  Log log(out.Options());
  for (const char* why : {"", "", "no answer in time", "no answer in time", "", ""}) {
    log.On(SelfProbed{why});
  }
  EXPECT_THAT(out.lines,
              ElementsAre(HasSubstr("self_probe_failed"), HasSubstr("self_probe_served")));
}

/// Remembers the levels of the lines that it is told of.
struct Levels final : EventSink {
  void On(const LogLineWritten& line) override { seen.emplace_back(line.level); }
  std::vector<std::string> seen;
};

TEST(Log, HasItsLinesCounted) {
  Lines out;
  Levels levels;
  LogOptions options = out.Options();
  options.counted = &levels;
  Log log(options);

  log.Write(Level::kDebug, "left_out");
  log.Write(Level::kInfo, "written");
  log.Write(Level::kError, "written");

  EXPECT_THAT(levels.seen, ElementsAre("info", "error"));
}

TEST(Log, IsNotFloodedByClients) {
  Lines out;
  Log log(out.Options());

  for (int i = 0; i < 100'000; ++i) log.On(RunCreated{"r", "adam"});

  EXPECT_LT(out.lines.size(), 1'000U);
}

TEST(Log, LeavesOutWhatIsBelowItsLevel) {
  Lines out;
  Log log(out.Options(Level::kWarning));

  log.On(RunCreated{"r", "adam"});
  log.On(RunFinished{.run = "r", .optimizer = "adam", .outcome = "failed", .criterion = "error"});

  EXPECT_THAT(out.lines, ElementsAre(HasSubstr("run_finished")));
}

TEST(Log, WritesAllToStandardErrorBeforeItGoes) {
  ::testing::internal::CaptureStderr();
  {
    Log log({});
    for (int i = 0; i < 50; ++i) log.Write(Level::kInfo, "counted");
  }
  const std::string text = ::testing::internal::GetCapturedStderr();
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 50);
}

TEST(FanOut, TellsEverySink) {
  Lines first, second;
  Log one(first.Options()), two(second.Options());
  FanOut both({&one, &two});

  both.On(ServerReady{"grpc", true});

  EXPECT_THAT(first.lines, SizeIs(1));
  EXPECT_EQ(first.lines.size(), second.lines.size());
}

}  // namespace
}  // namespace thalweg::log
