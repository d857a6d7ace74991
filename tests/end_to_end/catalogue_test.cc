// What the catalogue says of itself is true: the command that each entry's page proposes works.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "tests/end_to_end/server_process.h"
#include "tests/support/json.h"

namespace thalweg::testing {
namespace {

using ::testing::AnyOf;
using ::testing::StartsWith;

struct Answer {
  int code = -1;
  std::vector<std::string> lines;  // of standard output and standard error together
};

class Catalogue : public ::testing::Test {
 protected:
  void SetUp() override { ASSERT_TRUE(server_.WaitUntilReady()) << server_.Errors(); }

  /// Runs a command line that begins with "thalweg".
  Answer Run(const std::string& command) {
    const std::string line = "cd " + folder_.path() + " && THALWEG_SERVER=" + server_.ready().grpc +
                             "; export THALWEG_SERVER; '" THALWEG_BINARY_DIR "/'" + command +
                             " 2>&1";
    FILE* const pipe = popen(line.c_str(), "r");
    std::string out;
    char bytes[4096];
    while (const size_t count = fread(bytes, 1, sizeof bytes, pipe)) out.append(bytes, count);
    Answer answer;
    const int status = pclose(pipe);
    answer.code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    std::istringstream stream(out);
    for (std::string text; std::getline(stream, text);) answer.lines.push_back(text);
    if (answer.lines.empty()) answer.lines.emplace_back();
    return answer;
  }

  /// Tables of the names and columns that examples speak of.
  void WriteTables() {
    std::ofstream data(folder_ / "data.csv"), iris(folder_ / "iris.csv");
    std::ofstream ratings(folder_ / "ratings.csv"), decay(folder_ / "decay.csv");
    std::ofstream visits(folder_ / "visits.csv");
    data << "a,b,y,class\n";
    iris << "length,width,species\n";
    ratings << "reader,book,rating\n";
    decay << "time,signal\n";
    visits << "hour,visits\n";
    for (int i = 0; i < 60; ++i) {
      const double a = std::sin(i), b = std::cos(3 * i);
      data << a << ',' << b << ',' << 1 + 2 * a - b + 0.1 * std::sin(7 * i) << ','
           << (a + std::sin(5 * i) > 0 ? "yes" : "no") << '\n';
      iris << i % 3 + 0.6 * a << ',' << 2 - i % 3 + 0.6 * b << ',' << "uvw"[i % 3] << '\n';
      ratings << 'r' << i % 6 << ",b" << i % 10 << ',' << 3 + a + b << '\n';
      decay << i << ',' << 2 * std::exp(-0.05 * i) + 0.01 * b << '\n';
      visits << i % 24 << ',' << i % 7 << '\n';
    }
  }

  void ExamplesEndWell(const std::string& catalogue) {
    const Answer listed = Run("thalweg catalog " + catalogue + " --json");
    ASSERT_EQ(listed.code, 0) << listed.lines.front();
    for (const std::string& line : listed.lines) {
      const Json page = Json::Parse(line);
      const std::string example = page["try"].string();
      SCOPED_TRACE(example);
      ASSERT_THAT(example, AnyOf(StartsWith("thalweg minimize "), StartsWith("thalweg fit ")));

      const Answer answer = Run(example + " --json --quiet");

      ASSERT_EQ(answer.code, 0) << answer.lines.back();
      const Json result = Json::Parse(answer.lines.back());
      ASSERT_TRUE(result["result"].boolean());
      EXPECT_TRUE(result["reason"].string() == "converged" ||
                  result["reason"].string() == "stalled" || result["reason"].string() == "limit")
          << answer.lines.back();
    }
  }

  TemporaryFolder folder_;
  ServerProcess server_{{"--data-dir=" + (folder_ / "data")}};
};

TEST_F(Catalogue, ProposesRunsThatEndWell) {
  WriteTables();
  ExamplesEndWell("optimizers");
}

TEST_F(Catalogue, ProposesFitsThatEndWell) {
  WriteTables();
  for (const char* const catalogue : {"models", "losses", "penalties", "batches"}) {
    ExamplesEndWell(catalogue);
  }
}

}  // namespace
}  // namespace thalweg::testing
