// Data directories that earlier versions left behind, opened by today's server. Each was made by
// golden/make.cc, built with that version's sources, and ended as kill -9 ends a server: runs
// "finished" and "formula" are over, "paused adam" and "paused momentum" paused, "running" is in
// the middle. v1, v4, v7: the version of the records within (server/runs/codec.cc).

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <map>

#include "tests/end_to_end/runs_over_grpc.h"
#include "tests/end_to_end/server_process.h"

namespace thalweg {
namespace {

using testing::Check;
using ::testing::HasSubstr;
using testing::RunsOverGrpc;
using testing::ServerProcess;
using testing::TemporaryFolder;

class Upgrade : public ::testing::TestWithParam<std::string> {
 protected:
  Upgrade() {
    std::filesystem::create_directory(folder_ / "data");
    const std::string golden =
        std::string(THALWEG_SOURCE_DIR) + "/tests/stopping/golden/" + GetParam() + ".db.gz";
    const std::string unpack = "gzip -dc " + golden + " > " + (folder_ / "data/thalweg.db");
    EXPECT_EQ(std::system(unpack.c_str()), 0);
  }

  std::map<std::string, v1::Run> RunsByTitle(RunsOverGrpc& runs) {
    grpc::ClientContext context;
    v1::ListRunsRequest request;
    request.set_label("golden=yes");
    v1::ListRunsResponse response;
    Check(runs.stub().ListRuns(&context, request, &response));
    std::map<std::string, v1::Run> by_title;
    for (const v1::Run& run : response.runs()) by_title[run.display_name()] = run;
    return by_title;
  }

  TemporaryFolder folder_;
};

/// What every version has recorded, as bytes.
std::string Path(const v1::IterateBatch& trace) {
  v1::IterateBatch path;
  *path.mutable_iteration() = trace.iteration();
  *path.mutable_value() = trace.value();
  *path.mutable_best_value() = trace.best_value();
  *path.mutable_gradient_norm() = trace.gradient_norm();
  *path.mutable_step_norm() = trace.step_norm();
  *path.mutable_learning_rate() = trace.learning_rate();
  *path.mutable_x() = trace.x();
  return path.SerializeAsString();
}

TEST_P(Upgrade, ServesWhatIsThereAndGoesOnToTheSameBits) {
  ServerProcess server({"--data-dir=" + (folder_ / "data")});
  ASSERT_TRUE(server.WaitUntilReady()) << server.Errors();
  RunsOverGrpc runs(server.ready().grpc);
  const auto found = RunsByTitle(runs);
  ASSERT_EQ(found.size(), 5U);
  EXPECT_EQ(found.at("finished").state(), v1::RUN_STATE_FINISHED);
  EXPECT_EQ(found.at("finished").iteration(), 300);
  EXPECT_EQ(found.at("formula").state(), v1::RUN_STATE_FINISHED);
  EXPECT_EQ(found.at("formula").iteration(), 200);
  for (const char* title : {"paused adam", "paused momentum"}) {
    EXPECT_EQ(found.at(title).state(), v1::RUN_STATE_PAUSED);
    EXPECT_EQ(runs.Trace(found.at("finished").name()).iteration_size(), 301);
    grpc::ClientContext context;
    v1::ResumeRunRequest request;
    request.set_name(found.at(title).name());
    v1::ResumeRunResponse response;
    Check(runs.stub().ResumeRun(&context, request, &response));
  }

  for (const auto& [title, before] : found) {
    const v1::Run after = runs.WaitForEnd(before.name());
    EXPECT_EQ(after.termination().reason(), v1::TERMINATION_REASON_LIMIT)
        << title << ": " << after.termination().detail();
    const v1::IterateBatch trace = runs.Trace(after.name());
    EXPECT_EQ(trace.iteration_size(), after.iteration() + 1) << title;

    v1::Run again = after;  // of which only what was asked for counts
    again.clear_labels();
    const std::string name = runs.Create(again);
    runs.WaitForEnd(name);
    EXPECT_TRUE(Path(runs.Trace(name)) == Path(trace)) << title;
  }
}

INSTANTIATE_TEST_SUITE_P(From, Upgrade, ::testing::Values("v1", "v4", "v7"),
                         [](const auto& test) { return test.param; });

using Downgrade = Upgrade;

TEST_P(Downgrade, IsRefusedInOneLineThatNamesBothVersions) {
  const std::string make_newer =
      "printf '\\0\\0\\0\\143' | dd of=" + (folder_ / "data/thalweg.db") +
      " bs=1 seek=60 conv=notrunc 2>/dev/null";  // user_version, of SQLite's header
  ASSERT_EQ(std::system(make_newer.c_str()), 0);

  ServerProcess server({"--data-dir=" + (folder_ / "data")});

  EXPECT_EQ(server.WaitForExit(), 1);
  const std::string said = server.Errors();
  EXPECT_THAT(said, HasSubstr("newer server (schema 99; this server knows 4)"));
  EXPECT_EQ(std::count(said.begin(), said.end(), '\n'), 1) << said;
}

INSTANTIATE_TEST_SUITE_P(From, Downgrade, ::testing::Values("v7"),
                         [](const auto& test) { return test.param; });

}  // namespace
}  // namespace thalweg
