// The command as a whole, against a fake server: what it prints and what it leaves with.
#include "client/cli/cli.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>
#include <thread>

#include "client/cli/exit_code.h"
#include "client/cpp/build.h"
#include "tests/client/fake_server.h"

namespace thalweg::cli {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::SizeIs;
using ::testing::StartsWith;
using thalweg::testing::FakeServer;
using thalweg::testing::Refusal;

struct Outcome {
  int code = -1;
  std::string out;
  std::string err;
};

Outcome Thalweg(const std::vector<std::string>& arguments, Terminal terminal = {}) {
  std::ostringstream out;
  std::ostringstream err;
  Interrupt interrupt;
  Context context{out, err, std::move(terminal), interrupt};
  const int code = RunCli(arguments, context);
  return {code, out.str(), err.str()};
}

Outcome Minimize(const FakeServer& server, const std::vector<std::string>& more = {},
                 Terminal terminal = {}) {
  std::vector<std::string> arguments = {"minimize", "x**2",     "--start",
                                        "x=0",      "--server", server.address()};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return Thalweg(arguments, std::move(terminal));
}

TEST(MinimizeJson, PrintsEveryIterateThenTheResult) {
  const FakeServer server({.iterations = 2});

  const Outcome outcome = Minimize(server, {"--json"});

  EXPECT_EQ(outcome.code, kEndedWell) << outcome.err;
  EXPECT_EQ(outcome.out,
            R"({"event":"state","run":"runs/a","state":"running"}
{"iteration":0,"value":100,"best_value":100,"gradient_norm":1,"step_norm":0,"learning_rate":0,"x":{"x":0,"w":[0,-0]}}
{"iteration":1,"value":99,"best_value":99,"gradient_norm":0.5,"step_norm":1.5,"learning_rate":0.1,"x":{"x":1,"w":[0.5,-1]}}
{"iteration":2,"value":98,"best_value":98,"gradient_norm":0.3333333333333333,"step_norm":1.5,"learning_rate":0.1,"x":{"x":2,"w":[1,-2]}}
{"event":"state","run":"runs/a","state":"finished"}
{"result":true,"run":"runs/a","state":"finished","reason":"converged","criterion":"value_change","measured":5e-09,"threshold":1e-08,"detail":"the value changed by 5e-09, less than 1e-08","iterations":2,"evaluations":3,"gradient_evaluations":3,"hessian_products":0,"value":98,"x":{"x":2,"w":[1,-2]},"best":{"iteration":2,"value":98,"gradient_norm":0.3333333333333333,"x":{"x":2,"w":[1,-2]}},"last":{"iteration":2,"value":98,"gradient_norm":0.3333333333333333,"x":{"x":2,"w":[1,-2]}},"findings":[],"certificate":null,"events":[],"elapsed_seconds":0.25}
)");
}

TEST(MinimizeJson, PrintsTheResultAloneWhenQuiet) {
  const FakeServer server({});

  const Outcome outcome = Minimize(server, {"--json", "-q"});

  EXPECT_THAT(outcome.out, StartsWith(R"({"result":true)"));
}

TEST(MinimizeJson, PrintsTheFirstEveryKthAndTheLast) {
  const FakeServer server({.iterations = 10, .batch = 3});

  const std::string out = Minimize(server, {"--json", "--every", "4"}).out;

  for (const char* printed :
       {"{\"iteration\":0,", "{\"iteration\":4,", "{\"iteration\":8,", "{\"iteration\":10,"}) {
    EXPECT_THAT(out, HasSubstr(printed));
  }
  EXPECT_THAT(out, Not(HasSubstr("{\"iteration\":5,")));
  EXPECT_THAT(out, Not(HasSubstr("{\"iteration\":9,")));
}

TEST(MinimizeJson, TellsOfALostConnectionAndMissesNothing) {
  const FakeServer server({.iterations = 4, .batch = 1, .cut_after = {3}});

  const std::string out = Minimize(server, {"--json"}).out;

  EXPECT_THAT(out,
              HasSubstr(R"({"event":"connection_lost","code":"UNAVAILABLE","message":"cut"})"));
  for (int k = 0; k <= 4; ++k) {
    const std::string line = "{\"iteration\":" + std::to_string(k) + ",\"value\"";
    const size_t first = out.find("\n" + line);
    EXPECT_NE(first, std::string::npos) << k;
    EXPECT_EQ(out.find("\n" + line, first + 1), std::string::npos) << k;
  }
}

TEST(Minimize, SendsWhatTheFlagsSay) {
  const FakeServer server({});

  Minimize(server, {"--start",      "y=1,2",
                    "--param",      "a=3",
                    "--optimizer",  "adam",
                    "--set",        "learning_rate=cosine(initial=0.1)",
                    "--stop",       "value_change=1e-8",
                    "--stop",       "stall(window=5)",
                    "--seed",       "18446744073709551615",
                    "--name",       "try",
                    "--label",      "k=v=w",
                    "--request-id", "id",
                    "--trace",      "0"});

  ASSERT_THAT(server.creates(), SizeIs(1));
  const v1::CreateRunRequest request = server.creates()[0];
  const v1::Run& run = request.run();
  EXPECT_EQ(request.request_id(), "id");
  EXPECT_EQ(run.objective().expression(), "x**2");
  EXPECT_EQ(run.objective().direction(), v1::DIRECTION_MINIMIZE);
  EXPECT_EQ(run.objective().parameters().at("a").values(0), 3);
  EXPECT_THAT(run.start().values().at("y").values(), SizeIs(2));
  EXPECT_EQ(run.optimizer().kind(), "adam");
  EXPECT_EQ(run.optimizer().settings().at("learning_rate").part().kind(), "cosine");
  ASSERT_THAT(run.stopping(), SizeIs(2));
  EXPECT_EQ(run.stopping(1).settings().at("window").number(), 5);
  EXPECT_EQ(run.seed(), 18446744073709551615U);
  EXPECT_EQ(run.display_name(), "try");
  EXPECT_EQ(run.labels().at("k"), "v=w");
  EXPECT_TRUE(run.has_traced_coordinates());
}

TEST(Minimize, TakesAFormulaThatBeginsWithAMinus) {
  const FakeServer server({});

  const Outcome outcome =
      Thalweg({"maximize", "-x**2", "--start", "x=-1", "--server", server.address(), "-q"});

  EXPECT_EQ(outcome.code, kEndedWell) << outcome.err;
  EXPECT_THAT(server.creates()[0].run().objective().expression(), EndsWith("-x**2"));
  EXPECT_EQ(server.creates()[0].run().objective().direction(), v1::DIRECTION_MAXIMIZE);
}

TEST(Minimize, PrintsATableAndASummaryIntoAPipe) {
  v1::Finding finding;
  finding.set_code("slow");
  finding.set_text("the steps are small");
  finding.set_evidence("0.1 of what the curvature allows");
  (*finding.mutable_suggested_settings())["learning_rate"].set_number(0.5);
  const FakeServer server({.iterations = 60, .batch = 7, .finding = finding});

  const std::string out = Minimize(server).out;

  EXPECT_THAT(out, StartsWith("runs/a: minimize x**2 + dot(w, w) with gradient_descent\n"));
  EXPECT_THAT(out, HasSubstr("\n          50               50 "));
  EXPECT_THAT(out, HasSubstr("\n          60               40 "));  // the last, always
  EXPECT_THAT(out, Not(HasSubstr("\n          30 ")));
  EXPECT_THAT(out, EndsWith(R"(
converged after 60 iterations, 61 values, 61 gradients, 0.25 s: the value changed by 5e-09, less than 1e-08
  value  40
  x      60
  w      [30, -60]
noticed: the steps are small (0.1 of what the curvature allows)
  try --set learning_rate=0.5
)"));
}

TEST(Minimize, DrawsAPanelOnATerminal) {
  const FakeServer server({.iterations = 30, .batch = 30});
  const Terminal terminal{.live = true, .colour = true, .size = [] {
                            return Terminal::Size{72, 30};
                          }};

  const std::string out = Minimize(server, {}, terminal).out;

  EXPECT_THAT(out, StartsWith("\x1b[?25l"));  // hides the cursor
  EXPECT_THAT(out, EndsWith("\x1b[?25h"));    // and shows it again
  EXPECT_THAT(out, HasSubstr("log10 |gradient|"));
  EXPECT_THAT(out, HasSubstr("⠒"));
  EXPECT_THAT(out, HasSubstr("\x1b[1;32mconverged\x1b[0m"));
  EXPECT_EQ(server.watches()[0].mode(), v1::WATCH_MODE_LIVE);
}

TEST(Minimize, PrintsTheNameAndLeavesWhenDetached) {
  const FakeServer server({});

  const Outcome outcome = Minimize(server, {"--detach"});

  EXPECT_EQ(outcome.out, "runs/a\n");
  EXPECT_EQ(outcome.code, kEndedWell);
  EXPECT_THAT(server.watches(), SizeIs(0));
}

TEST(RunsChange, SendsWhatIsToBeDifferentAndTellsFromWhere) {
  const FakeServer server({});

  const Outcome text = Thalweg({"runs", "change", "a", "--set", "learning_rate=0.01", "--stop",
                                "iterations=1e6", "--server", server.address()});
  const Outcome json = Thalweg(
      {"runs", "change", "runs/a", "--optimizer", "adam", "--json", "--server", server.address()});

  EXPECT_EQ(text.out, "runs/a: changed after iteration 1 234\n");
  EXPECT_EQ(json.out, "{\"run\":\"runs/a\",\"state\":\"running\",\"iteration\":1234}\n");
  const auto changes = server.changes();
  ASSERT_THAT(changes, SizeIs(2));
  EXPECT_EQ(changes[0].name(), "runs/a");
  EXPECT_EQ(changes[0].optimizer().kind(), "");
  EXPECT_EQ(changes[0].optimizer().settings().at("learning_rate").number(), 0.01);
  EXPECT_EQ(changes[0].stopping(0).settings().at("threshold").number(), 1e6);
  EXPECT_EQ(changes[1].optimizer().kind(), "adam");
}

TEST(Pace, IsSentByWhateverMakesOrChangesARun) {
  const FakeServer server({});

  Minimize(server, {"--pace", "2.5"});
  Minimize(server, {});
  Thalweg({"runs", "change", "a", "--pace", "0", "--server", server.address()});
  Thalweg({"runs", "fork", "a", "--detach", "--pace", "5", "--server", server.address()});

  EXPECT_EQ(server.creates()[0].run().pace(), 2.5);
  EXPECT_EQ(server.creates()[1].run().pace(), 0);
  ASSERT_THAT(server.changes(), SizeIs(1));
  EXPECT_TRUE(server.changes()[0].has_pace());
  EXPECT_EQ(server.changes()[0].pace(), 0);
  ASSERT_THAT(server.forks(), SizeIs(1));
  EXPECT_EQ(server.forks()[0].pace(), 5);
}

TEST(RunsResume, SendsHowFarToGo) {
  const FakeServer server({});

  const Outcome step =
      Thalweg({"runs", "resume", "a", "--iterations", "1", "--server", server.address()});
  Thalweg({"runs", "resume", "a", "--server", server.address()});
  const Outcome back =
      Thalweg({"runs", "resume", "a", "--iterations", "-1", "--server", server.address()});

  EXPECT_EQ(step.out, "runs/a: running\n");
  EXPECT_EQ(back.code, kRefused);
  ASSERT_THAT(server.resumes(), SizeIs(2));
  EXPECT_EQ(server.resumes()[0].name(), "runs/a");
  EXPECT_EQ(server.resumes()[0].iterations(), 1);
  EXPECT_EQ(server.resumes()[1].iterations(), 0);
}

TEST(RunsFork, SendsWhatTheFlagsSayAndWatchesTheFork) {
  const FakeServer server({.iterations = 2});

  const Outcome watched = Thalweg(
      {"runs",   "fork",           "b",      "--at",    "500",    "--set",    "learning_rate=0.01",
       "--stop", "iterations=1e6", "--seed", "3",       "--name", "n",        "--label",
       "k=v",    "--request-id",   "once",   "--quiet", "--json", "--server", server.address()});
  const Outcome detached =
      Thalweg({"runs", "fork", "runs/b", "--detach", "--server", server.address()});

  EXPECT_EQ(watched.code, kEndedWell);
  EXPECT_THAT(watched.out, HasSubstr("{\"result\":true,\"run\":\"runs/a\""));
  EXPECT_EQ(detached.out, "runs/a\n");
  EXPECT_THAT(server.watches(), SizeIs(1));
  const auto forks = server.forks();
  ASSERT_THAT(forks, SizeIs(2));
  EXPECT_EQ(forks[0].name(), "runs/b");
  EXPECT_EQ(forks[0].iteration(), 500);
  EXPECT_EQ(forks[0].optimizer().settings().at("learning_rate").number(), 0.01);
  EXPECT_EQ(forks[0].stopping(0).kind(), "iterations");
  EXPECT_EQ(forks[0].seed(), 3U);
  EXPECT_EQ(forks[0].display_name(), "n");
  EXPECT_EQ(forks[0].labels().at("k"), "v");
  EXPECT_EQ(forks[0].request_id(), "once");
  EXPECT_FALSE(forks[1].has_iteration());
  EXPECT_NE(forks[1].request_id(), "") << "so that the library may repeat it";
}

TEST(ExitCode, TellsHowTheRunEnded) {
  const std::pair<v1::TerminationReason, int> expected[] = {
      {v1::TERMINATION_REASON_CONVERGED, kEndedWell},
      {v1::TERMINATION_REASON_LIMIT, kEndedWell},
      {v1::TERMINATION_REASON_STALLED, kEndedWell},
      {v1::TERMINATION_REASON_DIVERGED, kEndedBadly},
      {v1::TERMINATION_REASON_NON_FINITE, kEndedBadly},
      {v1::TERMINATION_REASON_CANCELLED, kEndedBadly},
      {v1::TERMINATION_REASON_FAILED, kEndedBadly}};
  for (const auto& [reason, code] : expected) {
    const FakeServer server({.reason = reason});
    EXPECT_EQ(Minimize(server).code, code) << v1::TerminationReason_Name(reason);
  }
}

TEST(ExitCode, IsThreeWhenNobodyIsThere) {
  const Outcome outcome = Thalweg({"minimize", "x", "--start", "x=0", "--server", "127.0.0.1:1"});

  EXPECT_EQ(outcome.code, kNotReached);
  EXPECT_THAT(outcome.err, HasSubstr("is thalwegd there?"));
}

TEST(ExitCode, IsThreeWhenTheServerIsLostForGood) {
  const FakeServer server({.cut_after = std::vector<int>(100, 1)});

  const Outcome outcome = Minimize(server, {"--give-up-after", "0"});

  EXPECT_EQ(outcome.code, kNotReached);
  EXPECT_THAT(outcome.err, HasSubstr("runs/a goes on; see: thalweg watch runs/a"));
}

TEST(CtrlC, CancelsTheRunAndPrintsItsBest) {
  // Also where the server cannot be reached just then.
  const FakeServer server({.waits_for_cancel = true, .unavailable_cancels = 2});
  std::ostringstream out;
  std::ostringstream err;
  Interrupt interrupt;
  Context context{out, err, {}, interrupt};
  std::jthread user([&] {
    while (server.watches().empty()) std::this_thread::yield();
    interrupt.Trigger();
  });

  const int code =
      RunCli({"minimize", "x**2", "--start", "x=0", "--server", server.address()}, context);

  EXPECT_EQ(code, kInterrupted);
  EXPECT_TRUE(server.cancelled());
  EXPECT_THAT(out.str(), HasSubstr("cancelled after 10 iterations"));
  EXPECT_THAT(out.str(), HasSubstr("\n  value  90\n"));
}

TEST(CtrlC, DuringAWatchLeavesTheRunAlone) {
  const FakeServer server({.waits_for_cancel = true});
  std::ostringstream out;
  std::ostringstream err;
  Interrupt interrupt;
  Context context{out, err, {}, interrupt};
  std::jthread user([&] {
    while (server.watches().empty()) std::this_thread::yield();
    interrupt.Trigger();
  });

  const int code = RunCli({"watch", "a", "--server", server.address()}, context);

  EXPECT_EQ(code, kInterrupted);
  EXPECT_FALSE(server.cancelled());
  EXPECT_EQ(err.str(), "runs/a goes on; to end it: thalweg runs cancel runs/a\n");
}

TEST(Refusals, NameTheFlagsAndKeepTheCaret) {
  const std::pair<grpc::Status, std::string> expected[] = {
      {Refusal("run.optimizer.settings[learning_rate]", "-1 is not in (0, inf)"),
       "thalweg: --set learning_rate: -1 is not in (0, inf)\n"},
      {Refusal("run.objective.expression", "line 1, column 5: unknown name 'z'\n  x + z\n      ^"),
       "thalweg: formula: line 1, column 5: unknown name 'z'\n    x + z\n        ^\n"},
      {Refusal("run.stopping[1].settings[window]", "0 is not in [1, inf)"),
       "thalweg: --stop #2 (window): 0 is not in [1, inf)\n"},
      {Refusal("run.start.values[\"y\"]", "no such variable"),
       "thalweg: --start y: no such variable\n"},
      {{grpc::StatusCode::RESOURCE_EXHAUSTED, "too many runs"},
       "thalweg: too many runs (RESOURCE_EXHAUSTED)\n"},
  };
  for (const auto& [status, text] : expected) {
    const FakeServer server({.refuse_create = status});
    const Outcome outcome = Minimize(server);
    EXPECT_EQ(outcome.code, kRefused);
    EXPECT_EQ(outcome.err, text);
    EXPECT_EQ(outcome.out, "");
  }
}

TEST(Usage, SuggestsWhatWasMeant) {
  EXPECT_EQ(Thalweg({"minimise", "x", "--strt", "x=1"}).err,
            "thalweg: unknown flag '--strt'; did you mean '--start'?\n"
            "see: thalweg minimize --help\n");
  EXPECT_EQ(Thalweg({"minimzie"}).err,
            "thalweg: unknown command 'minimzie'; did you mean 'minimize'?\nsee: thalweg --help\n");
  EXPECT_EQ(Thalweg({"runs", "lst"}).err,
            "thalweg: unknown command 'lst'; did you mean 'list'?\nsee: thalweg runs --help\n");
  EXPECT_EQ(Thalweg({}).err, "thalweg: which command?\nsee: thalweg --help\n");
  EXPECT_EQ(Thalweg({"minimzie"}).code, kRefused);
}

TEST(Usage, FindsContradictionsBeforeAskingTheServer) {
  EXPECT_THAT(Thalweg({"minimize"}).err, HasSubstr("a formula is wanted"));
  EXPECT_THAT(Thalweg({"minimize", "x", "--function", "sphere"}).err, HasSubstr("not both"));
  EXPECT_THAT(Thalweg({"minimize", "x", "--dimension", "3"}).err,
              HasSubstr("goes with --function"));
  EXPECT_THAT(Thalweg({"minimize", "x", "--start", "x=1", "--start", "x=2"}).err,
              HasSubstr("--start: 'x' is given twice"));
  EXPECT_THAT(Thalweg({"minimize", "x", "--label", "k"}).err, HasSubstr("expected KEY=VALUE"));
  EXPECT_EQ(Thalweg({"minimize", "x", "--live", "0"}).code, kRefused);
  EXPECT_EQ(Thalweg({"runs", "list", "--state", "runing"}).err,
            "thalweg: --state: 'runing' is none of queued, running, paused, finished, cancelled, "
            "failed; did you mean 'running'?\n");
}

TEST(Help, IsThereForEveryCommandWithAnExample) {
  for (const std::vector<std::string>& command :
       std::vector<std::vector<std::string>>{{},
                                             {"minimize"},
                                             {"maximize"},
                                             {"watch"},
                                             {"runs", "list"},
                                             {"runs", "show"},
                                             {"runs", "cancel"},
                                             {"runs", "pause"},
                                             {"runs", "resume"},
                                             {"runs", "change"},
                                             {"runs", "fork"},
                                             {"runs", "delete"},
                                             {"datasets", "upload"},
                                             {"datasets", "list"},
                                             {"datasets", "show"},
                                             {"datasets", "head"},
                                             {"datasets", "delete"},
                                             {"evaluate"},
                                             {"check"},
                                             {"compile"},
                                             {"landscape"},
                                             {"catalog"},
                                             {"catalogue"},
                                             {"server", "info"},
                                             {"completion"}}) {
    std::vector<std::string> arguments = command;
    arguments.push_back("--help");
    const Outcome outcome = Thalweg(arguments);
    EXPECT_EQ(outcome.code, kEndedWell);
    EXPECT_THAT(outcome.out, HasSubstr("\n  thalweg ")) << command.front();
  }
  EXPECT_EQ(Thalweg({"--version"}).out, "thalweg " THALWEG_VERSION "\n");
}

TEST(RunsShow, PrintsTheRun) {
  const FakeServer server({});

  const Outcome text = Thalweg({"runs", "show", "a", "--server", server.address()});
  const Outcome unknown = Thalweg({"runs", "show", "b", "--server", server.address()});

  EXPECT_THAT(text.out, HasSubstr("  value  90\n"));
  EXPECT_EQ(unknown.code, kRefused);
  EXPECT_EQ(unknown.err, "thalweg: no such run (NOT_FOUND)\n");
}

}  // namespace
}  // namespace thalweg::cli
