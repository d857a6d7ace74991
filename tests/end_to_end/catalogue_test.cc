// What the catalogue says of itself is true: the run that each optimizer's page proposes works.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>
#include <string>
#include <vector>

#include "tests/end_to_end/server_process.h"
#include "tests/support/json.h"

namespace thalweg::testing {
namespace {

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
    const std::string line = "THALWEG_SERVER=" + server_.ready().grpc +
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

  TemporaryFolder folder_;
  ServerProcess server_{{"--data-dir=" + (folder_ / "data")}};
};

TEST_F(Catalogue, ProposesRunsThatEndWell) {
  const Answer catalogue = Run("thalweg catalog optimizers --json");
  ASSERT_EQ(catalogue.code, 0) << catalogue.lines.front();
  for (const std::string& line : catalogue.lines) {
    const Json page = Json::Parse(line);
    const std::string example = page["try"].string();
    SCOPED_TRACE(example);
    ASSERT_THAT(example, StartsWith("thalweg minimize "));

    const Answer answer = Run(example + " --json --quiet");

    ASSERT_EQ(answer.code, 0) << answer.lines.back();
    const Json result = Json::Parse(answer.lines.back());
    ASSERT_TRUE(result["result"].boolean());
    EXPECT_TRUE(result["reason"].string() == "converged" ||
                result["reason"].string() == "stalled" || result["reason"].string() == "limit")
        << answer.lines.back();
  }
}

}  // namespace
}  // namespace thalweg::testing
