// A disk that is full, and one that is slow: a small tmpfs in a mount namespace of its own, and
// strace's delays. Both need root; without it they are skipped.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sched.h>
#include <sys/mount.h>

#include <bit>
#include <cstdlib>
#include <fstream>

#include "client/cpp/client.h"
#include "tests/end_to_end/runs_over_grpc.h"
#include "tests/end_to_end/server_process.h"
#include "tests/metrics/exposition.h"
#include "tests/web/support/raw_client.h"

namespace thalweg {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;
using ::testing::AllOf;
using ::testing::EndsWith;
using testing::Exposition;
using ::testing::HasSubstr;
using testing::RawClient;
using testing::Rosenbrock;
using testing::RunsOverGrpc;
using testing::ServerProcess;
using ::testing::StartsWith;
using testing::TemporaryFolder;

constexpr int64_t kForEver = int64_t{1} << 40;

std::string Get(const ServerProcess& server, const std::string& path) {
  RawClient client(server.ready().http);
  client.Send("GET " + path + " HTTP/1.1\r\nHost: t\r\n\r\n");
  return client.ReadAnswer();
}

/// A run that fills the disk within seconds, but not a larger one soon after.
v1::Run Filling() {
  v1::Run run = Rosenbrock(50, kForEver);
  run.set_pace(50'000);
  return run;
}

template <typename Condition>
bool Eventually(Condition condition, std::chrono::seconds patience = std::chrono::seconds(20)) {
  const auto end = steady_clock::now() + patience;
  while (steady_clock::now() < end) {
    if (condition()) return true;
    std::this_thread::sleep_for(milliseconds(20));
  }
  return false;
}

/// A disk of some MiB, seen by this process and its children alone.
class SmallDisk : public ::testing::Test {
 protected:
  void SetUp() override {
    if (unshare(CLONE_NEWNS) != 0 ||
        mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0) {
      GTEST_SKIP() << "needs root";
    }
    ASSERT_EQ(mount("tmpfs", folder_.path().c_str(), "tmpfs", 0, "size=8m"), 0);
  }
  void TearDown() override { umount2(folder_.path().c_str(), MNT_DETACH); }

  void Resize(const char* size) {
    ASSERT_EQ(mount("tmpfs", folder_.path().c_str(), "tmpfs", MS_REMOUNT, size), 0);
  }
  std::string flag() const { return "--data-dir=" + (folder_ / "data"); }

  TemporaryFolder folder_;
};

TEST_F(SmallDisk, HoldsRunsWhileItIsFullAndGoesOnByItself) {
  ServerProcess server({flag(), "--workers=2"});
  ASSERT_TRUE(server.WaitUntilReady()) << server.Errors();
  RunsOverGrpc runs(server.ready().grpc);
  const auto client = client::Client::Connect(server.ready().grpc);
  const std::string name = runs.Create(Filling());
  const std::string over = runs.Create(Rosenbrock(4, 20));

  ASSERT_TRUE(
      Eventually([&] { return Get(server, "/readyz").find(" 503 ") != std::string::npos; }));

  EXPECT_THAT(Get(server, "/readyz"), EndsWith("storage full\n"));
  EXPECT_THAT(Get(server, "/healthz"), StartsWith("HTTP/1.1 200 "));
  const auto refused = client->CreateRun(Rosenbrock(4, 20));
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code, grpc::StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_EQ(refused.error().reason, "STORAGE_FULL");
  EXPECT_THAT(refused.error().message, HasSubstr(" bytes free"));
  // What is durable is served, and it stands still.
  const v1::Run held = runs.Get(name);
  EXPECT_EQ(held.state(), v1::RUN_STATE_RUNNING);
  EXPECT_EQ(held.wait_reason(), v1::WAIT_REASON_STORAGE_FULL);
  std::this_thread::sleep_for(milliseconds(600));
  EXPECT_EQ(runs.Get(name).iteration(), held.iteration());
  EXPECT_EQ(runs.Trace(over).iteration_size(), 21);
  const Exposition figures(
      Get(server, "/metrics").substr(Get(server, "/metrics").find("\r\n\r\n") + 4));
  EXPECT_EQ(figures.Value("thalweg_ready", {{"component", "storage"}}), 0);
  EXPECT_GT(figures.Value("thalweg_storage_size_bytes"), 1e6);
  EXPECT_LT(figures.Value("thalweg_storage_free_bytes"), 8e6);

  Resize("size=256m");

  EXPECT_TRUE(Eventually([&] { return runs.Get(name).iteration() > held.iteration(); }));
  EXPECT_TRUE(Eventually([&] { return client->CreateRun(Rosenbrock(4, 20)).ok(); }));
  ASSERT_TRUE(Eventually([&] { return client->CancelRun(name).ok(); }));
  const v1::Run after = runs.WaitForEnd(name);
  EXPECT_EQ(after.wait_reason(), v1::WAIT_REASON_UNSPECIFIED);
  // To the bit what it is without such a stop.
  const v1::IterateBatch trace = runs.Trace(name);
  ASSERT_EQ(trace.iteration_size(), after.iteration() + 1);
  const std::string again = RunsOverGrpc(server.ready().grpc).Create(Rosenbrock(50, 5'000));
  const v1::Run same = runs.WaitForEnd(again);
  const v1::IterateBatch expected = runs.Trace(again);
  for (int i = 0; i < expected.iteration_size(); ++i) {
    ASSERT_EQ(std::bit_cast<uint64_t>(trace.value(i)), std::bit_cast<uint64_t>(expected.value(i)));
  }
}

TEST_F(SmallDisk, StopsWithCodeZeroWhileItIsFullAndLosesNothingThatWasSeen) {
  auto server = std::make_unique<ServerProcess>(std::vector<std::string>{flag(), "--workers=2"});
  ASSERT_TRUE(server->WaitUntilReady()) << server->Errors();
  const std::string name = RunsOverGrpc(server->ready().grpc).Create(Filling());
  ASSERT_TRUE(
      Eventually([&] { return Get(*server, "/readyz").find(" 503 ") != std::string::npos; }));
  const int64_t seen = RunsOverGrpc(server->ready().grpc).Get(name).iteration();

  server->Signal(SIGTERM);

  EXPECT_EQ(server->WaitForExit(std::chrono::seconds(25)), 0) << server->Errors();
  server = std::make_unique<ServerProcess>(std::vector<std::string>{flag(), "--workers=2"});
  ASSERT_TRUE(server->WaitUntilReady()) << server->Errors();
  EXPECT_GE(RunsOverGrpc(server->ready().grpc).Get(name).iteration(), seen);
  EXPECT_TRUE(
      Eventually([&] { return Get(*server, "/readyz").find(" 503 ") != std::string::npos; }));
}

/// strace at a server's calls of fdatasync, for as long as this lives; `fault` in its own words.
class Strace {
 public:
  Strace(const std::string& data, const std::string& fault) {
    std::string server;
    std::ifstream(data + "/LOCK") >> server;
    const std::string what = "inject=fdatasync:" + fault;
    pid_ = fork();
    if (pid_ == 0) {
      execlp("strace", "strace", "-f", "-qq", "-o", "/dev/null", "-e", "trace=fdatasync", "-e",
             what.c_str(), "-p", server.c_str(), nullptr);
      _exit(127);
    }
  }
  ~Strace() {
    kill(pid_, SIGINT);  // which lets go of the server
    waitpid(pid_, nullptr, 0);
  }

 private:
  pid_t pid_ = -1;
};

class SickDisk : public ::testing::Test {
 protected:
  void SetUp() override {
    if (geteuid() != 0 || std::system("strace -V >/dev/null 2>&1") != 0) {
      GTEST_SKIP() << "needs root and strace";
    }
    server_ = std::make_unique<ServerProcess>(Flags());
    ASSERT_TRUE(server_->WaitUntilReady()) << server_->Errors();
  }
  std::vector<std::string> Flags() const {
    return {"--data-dir=" + data(), "--workers=2", "--max-pending-mib=1"};
  }
  std::string data() const { return folder_ / "data"; }
  Exposition Figures() const {
    const std::string answer = Get(*server_, "/metrics");
    return Exposition(answer.substr(answer.find("\r\n\r\n") + 4));
  }

  TemporaryFolder folder_;
  std::unique_ptr<ServerProcess> server_;
};

TEST_F(SickDisk, MakesRunsWaitWithWhatMayBePendingWhileItIsSlow) {
  RunsOverGrpc runs(server_->ready().grpc);
  const std::string name = runs.Create(Rosenbrock(50, kForEver));
  const auto slow_commits = [&] {
    const Exposition figures = Figures();
    return figures.Value("thalweg_storage_commit_seconds_count") -
           figures.Value("thalweg_storage_commit_seconds_bucket", {{"le", "1"}});
  };
  {
    const Strace slow(data(), "delay_enter=2000000");
    EXPECT_TRUE(Eventually([&] { return slow_commits() > 0; }, std::chrono::seconds(60)));
    // 1 MiB being written, 1 MiB behind it, and a slice.
    EXPECT_LT(Figures().Value("thalweg_storage_pending_bytes"), 8e6);
    EXPECT_THAT(Get(*server_, "/readyz"), StartsWith("HTTP/1.1 200 "));
  }
  const int64_t before = runs.Get(name).iteration();
  EXPECT_TRUE(Eventually([&] { return runs.Get(name).iteration() > before + 1'000; }));
}

TEST_F(SickDisk, EndsTheServerAtOnceWhenASyncFailsAndTheNextStartGoesOn) {
  const std::string name = RunsOverGrpc(server_->ready().grpc).Create(Rosenbrock(50, kForEver));
  const int64_t seen = RunsOverGrpc(server_->ready().grpc).Get(name).iteration();
  {
    const Strace broken(data(), "error=EIO:when=1");
    EXPECT_EQ(server_->WaitForExit(), 1);
  }
  EXPECT_THAT(server_->Errors(), HasSubstr("the store cannot be written to any more"));

  server_ = std::make_unique<ServerProcess>(Flags());
  ASSERT_TRUE(server_->WaitUntilReady()) << server_->Errors();
  RunsOverGrpc runs(server_->ready().grpc);
  EXPECT_GE(runs.Get(name).iteration(), seen);
  EXPECT_TRUE(Eventually([&] { return runs.Get(name).iteration() > seen; }));
}

}  // namespace
}  // namespace thalweg
