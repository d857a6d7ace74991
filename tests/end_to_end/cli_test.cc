// The real command against the real server.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <sstream>
#include <string>
#include <vector>

#include "tests/end_to_end/server_process.h"
#include "tests/support/json.h"

namespace thalweg::testing {
namespace {

using ::testing::DoubleNear;
using ::testing::HasSubstr;
using ::testing::SizeIs;
using ::testing::StartsWith;

struct Outcome {
  int code = -1;
  std::string out;  // standard output and standard error together

  std::vector<std::string> Lines() const {
    std::istringstream stream(out);
    std::vector<std::string> lines;
    for (std::string line; std::getline(stream, line);) lines.push_back(line);
    if (lines.empty()) lines.emplace_back();
    return lines;
  }
  Json Last() const { return Json::Parse(Lines().back()); }
};

/// A server of its own, and the command that talks to it.
class Cli : public ::testing::Test {
 protected:
  void SetUp() override { ASSERT_TRUE(server_.WaitUntilReady()) << server_.Errors(); }

  /// Runs `thalweg <arguments>` in a shell.
  Outcome Thalweg(const std::string& arguments) {
    return Shell("'" THALWEG_BINARY_DIR "/thalweg' " + arguments);
  }

  Outcome Shell(const std::string& command) {
    const std::string line =
        "THALWEG_SERVER=" + server_.ready().grpc + "; export THALWEG_SERVER; " + command + " 2>&1";
    Outcome outcome;
    FILE* const pipe = popen(line.c_str(), "r");
    char bytes[4096];
    while (const size_t count = fread(bytes, 1, sizeof bytes, pipe))
      outcome.out.append(bytes, count);
    const int status = pclose(pipe);
    outcome.code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    return outcome;
  }

  TemporaryFolder folder_;
  ServerProcess server_{{"--data-dir=" + (folder_ / "data")}};
};

constexpr char kParabola[] =
    "minimize '(x-2.5)**2-1' --start x=0 --optimizer gradient_descent --set learning_rate=0.1 "
    "--stop value_change=1e-8 --json";

TEST_F(Cli, DescendsAParabolaInFortyFiveIterations) {
  const Outcome outcome = Thalweg(kParabola);

  ASSERT_EQ(outcome.code, 0) << outcome.out;
  const Json result = outcome.Last();
  EXPECT_TRUE(result["result"].boolean());
  EXPECT_EQ(result["reason"].string(), "converged");
  EXPECT_EQ(result["criterion"].string(), "value_change");
  EXPECT_EQ(result["iterations"].number(), 45);
  EXPECT_EQ(result["x"]["x"].number(), 2.499891109642585);
  EXPECT_THAT(result["value"].number(), DoubleNear(-0.99999998814289, 1e-15));
}

TEST_F(Cli, PrintsEveryIterateOnce) {
  int64_t expected = 0;
  for (const std::string& line : Thalweg(kParabola).Lines()) {
    const Json json = Json::Parse(line);
    if (!json.Has("iteration")) continue;
    EXPECT_EQ(json["iteration"].number(), static_cast<double>(expected++));
    EXPECT_TRUE(json["x"].Has("x"));
  }
  EXPECT_EQ(expected, 46);
}

TEST_F(Cli, RepeatsACommandWithTheSameRequestIdWithoutASecondRun) {
  const std::string command = std::string(kParabola) + " --request-id once --detach";

  const std::string first = Thalweg(command).out;
  const std::string second = Thalweg(command).out;

  EXPECT_EQ(first, second);
  EXPECT_THAT(Thalweg("runs list --json").Lines(), SizeIs(1));
}

TEST_F(Cli, WatchesShowsListsAndDeletesARun) {
  const std::string name =
      Thalweg(std::string(kParabola) + " --detach --label k=v").Last()["run"].string();

  EXPECT_EQ(Thalweg("watch " + name + " --json").Last()["iterations"].number(), 45);
  EXPECT_THAT(Thalweg("runs show " + name).out, HasSubstr("x      2.499891109642585"));
  EXPECT_THAT(Thalweg("runs list --state finished --label k=v --json").Lines(), SizeIs(1));
  EXPECT_EQ(Thalweg("runs delete " + name).out, name + ": deleted\n");
  EXPECT_EQ(Thalweg("runs show " + name).code, 1);
}

TEST_F(Cli, PausesResumesAndCancelsARun) {
  const std::string name = Thalweg(
                               "minimize 'sum(x**2)' --start 'x=ones(9)' --set learning_rate=1e-12 "
                               "--stop iterations=1000000000 --detach")
                               .Lines()
                               .front();

  EXPECT_EQ(Thalweg("runs pause " + name).out, name + ": paused\n");
  EXPECT_EQ(Thalweg("runs resume " + name).code, 0);
  EXPECT_EQ(Thalweg("runs cancel " + name).out, name + ": cancelled\n");
  const Outcome again = Thalweg("runs cancel " + name);
  EXPECT_EQ(again.code, 1);
  EXPECT_THAT(again.out, HasSubstr("FAILED_PRECONDITION"));
}

TEST_F(Cli, CancelsOnCtrlCAndPrintsTheBest) {
  // One signal, once the run runs: a second one would mean "leave at once, without the result".
  const Outcome outcome = Shell(
      "THALWEG='" THALWEG_BINARY_DIR
      "/thalweg'; $THALWEG minimize 'sum(x**2)' --start 'x=ones(9)' --set learning_rate=1e-12 "
      "--stop iterations=1000000000 --json --quiet & "
      "until $THALWEG runs list --json | grep -q running; do sleep 0.05; done; "
      "kill -INT $!; wait $!");

  EXPECT_EQ(outcome.code, 130);
  EXPECT_EQ(outcome.Last()["state"].string(), "cancelled");
  EXPECT_EQ(outcome.Last()["x"]["x"].array().size(), 9u);
}

TEST_F(Cli, LeavesWithTwoWhenARunDiverges) {
  const Outcome outcome = Thalweg("minimize 'x**2' --start x=1 --set learning_rate=1.5");

  EXPECT_EQ(outcome.code, 2);
  EXPECT_THAT(outcome.out, HasSubstr("diverged after"));
  EXPECT_THAT(outcome.out, HasSubstr("try --set learning_rate="));
}

TEST_F(Cli, NamesTheFlagThatIsWrong) {
  EXPECT_THAT(Thalweg("minimize 'x**2' --start x=1 --set learning_rate=-1").out,
              StartsWith("thalweg: --set learning_rate: "));
  EXPECT_THAT(Thalweg("minimize 'x**2' --start x=1 --set learning_rat=1").out,
              HasSubstr("learning_rate"));
  EXPECT_THAT(Thalweg("minimize 'x**2' --start x=1 --optimizer adma").out,
              StartsWith("thalweg: --optimizer"));
  EXPECT_THAT(Thalweg("minimize 'x**2' --start x=1 --stop value_chang=1").out,
              StartsWith("thalweg: --stop"));
  EXPECT_THAT(Thalweg("minimize 'x + * 2' --start x=1").out, StartsWith("thalweg: formula: "));
  EXPECT_EQ(Thalweg("minimize 'x + * 2' --start x=1").code, 1);
}

TEST_F(Cli, EvaluatesChecksAndCompiles) {
  EXPECT_EQ(Thalweg("evaluate 'sum(x**2)' --at x=1,2 --gradient --json").out,
            "{\"value\":5,\"gradient\":{\"x\":[2,4]}}\n");
  EXPECT_EQ(Thalweg("check 'sin(x)*exp(-x**2)' --at x=0.3").code, 0);
  EXPECT_EQ(Thalweg("compile 'sum(x**2)' --at x=1,2 --json").Last()["size"].number(), 2);
}

TEST_F(Cli, DrawsLandscapes) {
  EXPECT_THAT(
      Thalweg("landscape 'x**2 + y' --at x=0 --at y=0 --from -1 --to 1,2 --count 3 --json").out,
      StartsWith("{\"u\":-1,\"v\":-1,\"value\":0}\n{\"u\":0,\"v\":-1,\"value\":-1}\n"));
  EXPECT_THAT(Thalweg("landscape --function himmelblau").out, HasSubstr("●"));
  EXPECT_THAT(Thalweg("landscape --function himmelblau --plane 5").out,
              StartsWith("thalweg: --plane (u): is 5"));
  EXPECT_THAT(Thalweg("landscape --function himmelblau --plane path").out,
              StartsWith("thalweg: --plane: needs a run"));
}

TEST_F(Cli, ListsTheCatalogueWithOptions) {
  EXPECT_THAT(Thalweg("catalog optimizers").out, HasSubstr("gradient_descent"));
  EXPECT_THAT(Thalweg("catalog optimizers gradient_descent").out, HasSubstr("learning_rate"));
  EXPECT_THAT(Thalweg("catalog functions rosenbrock").out, HasSubstr("minimum"));
  EXPECT_THAT(Thalweg("catalog stopping value_change").out, HasSubstr("threshold"));
  EXPECT_THAT(Thalweg("catalog optimizers gradient_decent").out, HasSubstr("did you mean"));
  EXPECT_THAT(Thalweg("server info").out, StartsWith("thalwegd "));
}

TEST_F(Cli, SweepsLearningRates) {
  const std::string sweep = "study sweep 'x**2' --start x=1 --vary learning_rate=0.01,0.4,0.99,1.1";
  const Outcome outcome = Thalweg(sweep);

  EXPECT_EQ(outcome.code, 0) << outcome.out;
  EXPECT_THAT(outcome.out, HasSubstr("learning_rate=1.1: diverged"));
  EXPECT_THAT(outcome.Lines().back(), StartsWith("learning_rate=0.4 wins: "));

  const Json result = Thalweg(sweep + " --json").Last();
  EXPECT_TRUE(result["result"].boolean());
  EXPECT_EQ(result["winner"]["arm"].number(), 1);
}

TEST_F(Cli, RacesMethodsAndLooksStudiesUp) {
  const Outcome race =
      Thalweg("study race --function beale --methods 'adam,bfgs,nelder_mead' --json -q");
  EXPECT_EQ(race.code, 0) << race.out;
  const std::string name = race.Last()["study"].string();

  EXPECT_THAT(Thalweg("study list").out, HasSubstr(name));
  EXPECT_THAT(Thalweg("study show " + name).out, HasSubstr("bfgs"));
  EXPECT_THAT(Thalweg("study delete " + name).out, HasSubstr("deleted"));
  EXPECT_EQ(Thalweg("study show " + name).code, 1);
}

TEST_F(Cli, SaysWhichArmIsWrong) {
  const Outcome outcome = Thalweg("study sweep 'x**2' --start x=1 --vary learning_rate=0.1,-1");
  EXPECT_EQ(outcome.code, 1);
  EXPECT_THAT(outcome.out, HasSubstr("learning_rate=-1"));
}

}  // namespace
}  // namespace thalweg::testing
