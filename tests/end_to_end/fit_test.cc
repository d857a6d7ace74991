// Learning from a table with the real command and the real server: upload, fit, predict, mistakes,
// a killed server.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <csignal>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "tests/end_to_end/runs_over_grpc.h"
#include "tests/end_to_end/server_process.h"
#include "tests/support/json.h"

namespace thalweg::testing {
namespace {

using ::testing::Each;
using ::testing::Gt;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::SizeIs;

struct Outcome {
  int code = -1;
  std::string out;
  std::string err;

  std::vector<std::string> Lines() const {
    std::istringstream stream(out);
    std::vector<std::string> lines;
    for (std::string line; std::getline(stream, line);) lines.push_back(line);
    return lines;
  }
  Json Last() const { return Json::Parse(Lines().empty() ? "null" : Lines().back()); }
  Json Model() const {
    for (const std::string& line : Lines()) {
      if (line.find(R"("event":"model")") != std::string::npos) return Json::Parse(line);
    }
    return Json::Parse("null");
  }
};

class FitOverTheWire : public ::testing::Test {
 protected:
  void SetUp() override { Start(); }

  void Start() {
    server_ = std::make_unique<ServerProcess>(
        std::vector<std::string>{"--data-dir=" + (folder_ / "data")});
    ASSERT_TRUE(server_->WaitUntilReady()) << server_->Errors();
  }

  Outcome Thalweg(const std::string& arguments) {
    const std::string errors = folder_ / "errors";
    const std::string line = "THALWEG_SERVER=" + server_->ready().grpc +
                             " '" THALWEG_BINARY_DIR "/thalweg' " + arguments + " 2>" + errors;
    Outcome outcome;
    FILE* const pipe = popen(line.c_str(), "r");
    char bytes[4096];
    while (const size_t count = fread(bytes, 1, sizeof bytes, pipe))
      outcome.out.append(bytes, count);
    const int status = pclose(pipe);
    outcome.code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    std::ifstream file(errors);
    std::stringstream text;
    text << file.rdbuf();
    outcome.err = text.str();
    return outcome;
  }

  std::string Write(const std::string& name, const std::string& text) {
    std::ofstream(folder_ / name) << text;
    return folder_ / name;
  }

  /// y = 3 + 2 x - 0.5 z without any noise; x and z have scales far apart.
  std::string Plane(int rows = 40) {
    std::ostringstream text;
    text << "x,z,y\n";
    for (int i = 0; i < rows; ++i) {
      const double x = i % 7, z = 1000 + 100 * (i % 5);
      text << x << "," << z << "," << 3 + 2 * x - 0.5 * z << "\n";
    }
    return Write("plane.csv", text.str());
  }

  /// Three kinds of flowers that lie apart, as those of Fisher (1936) nearly do.
  std::string Flowers() {
    std::ostringstream text;
    text << "length,width,kind\n";
    const char* const kinds[] = {"setosa", "versicolor", "virginica"};
    for (int i = 0; i < 150; ++i) {
      const int kind = i % 3;
      text << 1.5 + 2.2 * kind + 0.1 * (i % 11 - 5) << ","
           << 0.2 + 0.9 * kind + 0.05 * (i / 3 % 7 - 3) << "," << kinds[kind] << "\n";
    }
    return Write("flowers.csv", text.str());
  }

  TemporaryFolder folder_;
  std::unique_ptr<ServerProcess> server_;
};

TEST_F(FitOverTheWire, FindsALineInTheTablesUnits) {
  const Outcome outcome = Thalweg("fit " + Plane() + " --target y --test 0.25 --json");

  ASSERT_EQ(outcome.code, 0) << outcome.out << outcome.err;
  EXPECT_EQ(outcome.Last()["reason"].string(), "converged");
  const Json model = outcome.Model();
  EXPECT_NEAR(model["test"]["metrics"]["r2"].number(), 1, 1e-9);
  EXPECT_EQ(model["test"]["rows"].number(), 10);
  EXPECT_EQ(model["training"]["rows"].number(), 30);
  std::map<std::string, double> values;
  for (const Json& c : model["coefficients"].array())
    values[c["feature"].string()] = c["value"].number();
  EXPECT_NEAR(values["x"], 2, 1e-5);
  EXPECT_NEAR(values["z"], -0.5, 1e-7);
  EXPECT_NEAR(values["(intercept)"], 3, 1e-3);
}

TEST_F(FitOverTheWire, TellsFlowersApartAndPredictsOthers) {
  const Outcome fit = Thalweg("fit " + Flowers() +
                              " --target kind --model softmax --penalty l2=0.001 --validation 0.2"
                              " --json");
  ASSERT_EQ(fit.code, 0) << fit.out << fit.err;
  EXPECT_EQ(fit.Model()["validation"]["metrics"]["accuracy"].number(), 1);
  EXPECT_THAT(fit.Model()["classes"].array(), SizeIs(3));

  const std::string others = Write("others.csv", "width,length\n0.2,1.4\n2.1,6\n,5\n1.1,3.8\n");
  const Outcome predicted = Thalweg("predict " + fit.Last()["run"].string() + " " + others);
  ASSERT_EQ(predicted.code, 0) << predicted.err;
  const auto lines = predicted.Lines();
  ASSERT_THAT(lines, SizeIs(5));
  EXPECT_EQ(lines[0],
            "row,prediction,probability of setosa,probability of versicolor,"
            "probability of virginica");
  EXPECT_THAT(lines[1], HasSubstr("0,setosa,"));
  EXPECT_THAT(lines[2], HasSubstr("1,virginica,"));
  EXPECT_EQ(lines[3], "2,,,,") << "its width is missing";
  EXPECT_THAT(lines[4], HasSubstr("3,versicolor,"));
}

TEST_F(FitOverTheWire, ShowsPeopleTheTableOfCoefficientsAndWhoIsTakenForWhom) {
  const Outcome outcome =
      Thalweg("fit " + Flowers() + " --target kind --model softmax --penalty l2=0.01");
  ASSERT_EQ(outcome.code, 0) << outcome.out << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("fit kind with softmax"));
  EXPECT_THAT(outcome.out, HasSubstr("accuracy"));
  EXPECT_THAT(outcome.out, HasSubstr("(intercept)"));
  EXPECT_THAT(outcome.out, HasSubstr("taken for"));
}

TEST_F(FitOverTheWire, ValidatesOnEveryFold) {
  const Outcome outcome = Thalweg("fit " + Plane() + " --target y --folds 4 --json");
  ASSERT_EQ(outcome.code, 0) << outcome.out << outcome.err;
  EXPECT_THAT(outcome.Last()["folds"].array(), SizeIs(4));
  EXPECT_NEAR(outcome.Last()["mean"]["r2"].number(), 1, 1e-6);
}

TEST_F(FitOverTheWire, NamesTheNearestColumnAndTheCellThatIsWrong) {
  const Outcome target = Thalweg("fit " + Flowers() + " --target kinds --model softmax");
  EXPECT_EQ(target.code, 1);
  EXPECT_THAT(target.err, HasSubstr("kinds"));
  EXPECT_THAT(target.err, HasSubstr("kind"));

  const Outcome ragged = Thalweg("fit " + Write("ragged.csv", "a,b\n1,2\n3\n") + " --target b");
  EXPECT_EQ(ragged.code, 1);
  EXPECT_THAT(ragged.err, HasSubstr("3")) << "the line";

  const std::string halves = Write("halves.csv", "a,b\n1,0.5\n2,1.5\n3,2.5\n");
  const Outcome regression = Thalweg("fit " + halves + " --target b --model softmax");
  EXPECT_EQ(regression.code, 1);
  EXPECT_THAT(regression.err, HasSubstr("0.5 is no class"));
  EXPECT_EQ(Thalweg("fit --target y").code, 1);
  EXPECT_EQ(Thalweg("fit /nowhere.csv --target y").code, 1);
}

TEST_F(FitOverTheWire, SuggestsARateThatLearns) {
  const Outcome found =
      Thalweg("fit " + Plane() + " --target y --optimizer gradient_descent --find-rate --json");
  ASSERT_EQ(found.code, 0) << found.out << found.err;
  const double rate = found.Last()["learning_rate"].number();
  EXPECT_GT(rate, 1e-3);
  EXPECT_LT(rate, 1) << "beyond 1 / curvature it diverges: features have variance 1";
}

/// The trace of a run of small batches, whose server was killed at each of `points`.
v1::IterateBatch TraceOf(const v1::Run& run, const std::string& folder,
                         const std::vector<int64_t>& points) {
  const std::string flag = "--data-dir=" + folder;
  auto server = std::make_unique<ServerProcess>(std::vector<std::string>{flag});
  EXPECT_TRUE(server->WaitUntilReady()) << server->Errors();
  const std::string name = RunsOverGrpc(server->ready().grpc).Create(run);
  for (const int64_t point : points) {
    RunsOverGrpc(server->ready().grpc).WaitFor(name, [&](const v1::Run& now) {
      return now.iteration() >= point || IsOver(now);
    });
    server->Kill();
    server = std::make_unique<ServerProcess>(std::vector<std::string>{flag});
    EXPECT_TRUE(server->WaitUntilReady()) << server->Errors();
  }
  RunsOverGrpc runs(server->ready().grpc);
  EXPECT_EQ(runs.WaitForEnd(name).state(), v1::RUN_STATE_FINISHED);
  return runs.Trace(name);
}

TEST_F(FitOverTheWire, GoesOnInTheMiddleOfAnEpochWithTheSameBits) {
  // The table is uploaded; then the server is ended, so that others may have the folder.
  ASSERT_EQ(Thalweg("fit " + Flowers() + " --target kind --model softmax --quiet").code, 0);
  const std::string datasets = Thalweg("fit " + Flowers() + " --target kind --detach").err;
  const std::string dataset = datasets.substr(datasets.find("datasets/"), 30);
  server_->Signal(SIGTERM);
  ASSERT_EQ(server_->WaitForExit(), 0);

  v1::Run run;
  v1::Model& model = *run.mutable_objective()->mutable_model();
  model.set_dataset(dataset);
  model.set_target("kind");
  model.mutable_model()->set_kind("mlp");
  model.mutable_split()->set_validation(0.2);
  run.mutable_batches()->set_kind("shuffled");
  (*run.mutable_batches()->mutable_settings())["size"].set_number(7);  // 17.1 in an epoch
  run.mutable_optimizer()->set_kind("momentum");
  (*run.mutable_optimizer()->mutable_settings())["learning_rate"].set_number(0.001);
  v1::Part& rule = *run.add_stopping();
  rule.set_kind("iterations");
  (*rule.mutable_settings())["threshold"].set_number(2000);
  run.set_seed(7);
  run.set_pace(1500);

  const v1::IterateBatch uninterrupted = TraceOf(run, folder_ / "data", {});
  ASSERT_EQ(uninterrupted.iteration_size(), 2001);
  EXPECT_GT(uninterrupted.epoch(2000), 100);
  const v1::IterateBatch killed = TraceOf(run, folder_ / "data", {5, 400, 1111});
  EXPECT_EQ(Bits(killed), Bits(uninterrupted));
}

}  // namespace
}  // namespace thalweg::testing
