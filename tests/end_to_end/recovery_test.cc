// What a run is worth after its server was killed or stopped: everything, to the bit.

#include <google/protobuf/util/message_differencer.h>
#include <gtest/gtest.h>

#include "tests/end_to_end/runs_over_grpc.h"
#include "tests/end_to_end/server_process.h"

namespace thalweg {
namespace {

using google::protobuf::util::MessageDifferencer;
using testing::Bits;
using testing::Rosenbrock;
using testing::RunsOverGrpc;
using testing::ServerProcess;
using testing::TemporaryFolder;

// Large enough that a run takes some seconds, of which the tests take away parts.
constexpr int64_t kCoordinates = 20'000;
constexpr int64_t kIterations = 4'000;

/// The trace of the run when nothing happens to its server.
v1::IterateBatch UninterruptedTrace() {
  ServerProcess server({"--store=memory:"});
  EXPECT_TRUE(server.WaitUntilReady()) << server.Errors();
  RunsOverGrpc runs(server.ready().grpc);
  const std::string name = runs.Create(Rosenbrock(kCoordinates, kIterations));
  runs.WaitForEnd(name);
  return runs.Trace(name);
}

/// Starts the run, ends its server by `signal` each time that it has come further than one of
/// `points`, starts the server anew, and returns the trace when the run is over.
v1::IterateBatch TraceInterruptedAt(const std::vector<int64_t>& points, int signal) {
  const TemporaryFolder folder;
  const std::string flag = "--data-dir=" + (folder / "data");
  auto server = std::make_unique<ServerProcess>(std::vector<std::string>{flag});
  EXPECT_TRUE(server->WaitUntilReady()) << server->Errors();
  const std::string name =
      RunsOverGrpc(server->ready().grpc).Create(Rosenbrock(kCoordinates, kIterations));

  for (const int64_t point : points) {
    const v1::Run before =
        RunsOverGrpc(server->ready().grpc).WaitFor(name, [&](const v1::Run& run) {
          return run.iteration() >= point;
        });
    EXPECT_LT(before.iteration(), kIterations) << "the run is too short for this test";
    server->Signal(signal);
    EXPECT_EQ(server->WaitForExit(), signal == SIGKILL ? 128 + SIGKILL : 0) << server->Errors();
    server = std::make_unique<ServerProcess>(std::vector<std::string>{flag});
    EXPECT_TRUE(server->WaitUntilReady()) << server->Errors();
    const v1::Run after = RunsOverGrpc(server->ready().grpc).Get(name);
    EXPECT_GE(after.iteration(), before.iteration()) << "an iterate that was seen is gone";
  }

  RunsOverGrpc runs(server->ready().grpc);
  runs.WaitForEnd(name);
  const v1::IterateBatch trace = runs.Trace(name);
  EXPECT_EQ(Bits(runs.ListedTrace(name)), Bits(trace));
  return trace;
}

TEST(Recovery, ContinuesAKilledServersRunWithTheSameBits) {
  const v1::IterateBatch uninterrupted = UninterruptedTrace();
  ASSERT_EQ(uninterrupted.iteration_size(), kIterations + 1);

  const v1::IterateBatch killed = TraceInterruptedAt({1, 400, 1'200, 2'500}, SIGKILL);

  EXPECT_EQ(killed.iteration_size(), uninterrupted.iteration_size());
  EXPECT_TRUE(Bits(killed) == Bits(uninterrupted));
}

TEST(Recovery, ContinuesAStoppedServersRunWithTheSameBits) {
  const v1::IterateBatch uninterrupted = UninterruptedTrace();

  const v1::IterateBatch stopped = TraceInterruptedAt({300, 1'500}, SIGTERM);

  EXPECT_TRUE(Bits(stopped) == Bits(uninterrupted));
}

/// Starts `server` anew after a kill.
void KillAndRestart(std::unique_ptr<ServerProcess>& server, const std::string& flag) {
  server->Signal(SIGKILL);
  EXPECT_EQ(server->WaitForExit(), 128 + SIGKILL) << server->Errors();
  server = std::make_unique<ServerProcess>(std::vector<std::string>{flag});
  EXPECT_TRUE(server->WaitUntilReady()) << server->Errors();
}

/// The trace of a run made, on a server of its own, of what `run` says of itself.
v1::IterateBatch TraceOfTheSameAgain(const v1::Run& run) {
  ServerProcess server({"--store=memory:"});
  EXPECT_TRUE(server.WaitUntilReady()) << server.Errors();
  RunsOverGrpc runs(server.ready().grpc);
  const std::string name = runs.Create(run);
  runs.WaitForEnd(name);
  return runs.Trace(name);
}

TEST(Recovery, KeepsThePaceOfARunAndPausesItWhereItWasToPause) {
  const TemporaryFolder folder;
  const std::string flag = "--data-dir=" + (folder / "data");
  auto server = std::make_unique<ServerProcess>(std::vector<std::string>{flag});
  ASSERT_TRUE(server->WaitUntilReady()) << server->Errors();
  const auto here = [&server] { return RunsOverGrpc(server->ready().grpc); };
  v1::Run run = Rosenbrock(2, kIterations);
  run.set_pace(0.01);
  run.add_stopping()->set_kind("pause");
  (*run.mutable_stopping()->rbegin()->mutable_settings())["threshold"].set_number(0);
  const std::string name = here().Create(run);
  const auto paused = [](const v1::Run& now) { return now.state() == v1::RUN_STATE_PAUSED; };
  here().WaitFor(name, paused);
  v1::ResumeRunRequest two;
  two.set_name(name);
  two.set_iterations(2);
  grpc::ClientContext context;
  v1::ResumeRunResponse resumed;
  ASSERT_TRUE(here().stub().ResumeRun(&context, two, &resumed).ok());
  here().WaitFor(name, [](const v1::Run& now) { return now.iteration() >= 1; });
  KillAndRestart(server, flag);

  const v1::Run stepped = here().WaitFor(name, paused);

  EXPECT_EQ(stepped.iteration(), 2);
  EXPECT_EQ(stepped.pace(), 0.01);
}

TEST(Recovery, ContinuesAChangedRunAndItsForkWithTheSameBits) {
  const TemporaryFolder folder;
  const std::string flag = "--data-dir=" + (folder / "data");
  auto server = std::make_unique<ServerProcess>(std::vector<std::string>{flag});
  ASSERT_TRUE(server->WaitUntilReady()) << server->Errors();
  const auto here = [&server] { return RunsOverGrpc(server->ready().grpc); };
  // It waits where it is to be changed, however late this test comes to look.
  v1::Run slow = Rosenbrock(kCoordinates, kIterations);
  slow.set_pace(0.01);
  const std::string name = here().Create(slow);
  grpc::ClientContext pausing;
  v1::PauseRunRequest pause;
  pause.set_name(name);
  v1::PauseRunResponse paused;
  ASSERT_TRUE(here().stub().PauseRun(&pausing, pause, &paused).ok());
  grpc::ClientContext hurrying;
  v1::ChangeRunRequest hurry;
  hurry.set_name(name);
  hurry.set_pace(0);
  v1::ChangeRunResponse hurried;
  ASSERT_TRUE(here().stub().ChangeRun(&hurrying, hurry, &hurried).ok());
  const auto resume = [&](int64_t iterations) {
    grpc::ClientContext context;
    v1::ResumeRunRequest request;
    request.set_name(name);
    request.set_iterations(iterations);
    v1::ResumeRunResponse response;
    testing::Check(here().stub().ResumeRun(&context, request, &response));
  };
  v1::ForkRunResponse forked;
  for (const int64_t point : {200, 800, 1'600}) {
    const int64_t from = here().Get(name).iteration();
    resume(point - from);
    here().WaitFor(name, [&](const v1::Run& run) { return run.iteration() >= from + 50; });
    KillAndRestart(server, flag);
    const v1::Run there = here().WaitFor(
        name, [](const v1::Run& now) { return now.state() == v1::RUN_STATE_PAUSED; });
    ASSERT_EQ(there.iteration(), point);
    grpc::ClientContext context;
    v1::ChangeRunRequest change;
    change.set_name(name);
    auto& settings = *change.mutable_optimizer()->mutable_settings();
    settings["learning_rate"].set_number(1.0 / static_cast<double>(point));
    v1::ChangeRunResponse changed;
    ASSERT_TRUE(here().stub().ChangeRun(&context, change, &changed).ok());
    if (point == 800) {
      grpc::ClientContext forking;
      v1::ForkRunRequest fork;
      fork.set_name(name);
      fork.set_iteration(600);
      fork.set_pace(0);
      (*fork.mutable_optimizer()->mutable_settings())["beta1"].set_number(0.8);
      fork.add_stopping()->set_kind("iterations");
      (*fork.mutable_stopping(0)->mutable_settings())["threshold"].set_number(2'000);
      ASSERT_TRUE(here().stub().ForkRun(&forking, fork, &forked).ok());
    }
    KillAndRestart(server, flag);
    const v1::Run after = here().Get(name);
    ASSERT_EQ(after.changes(after.changes_size() - 1).iteration(), point);
  }
  resume(0);

  const v1::Run run = here().WaitForEnd(name);
  const v1::Run fork = here().WaitForEnd(forked.run().name());

  EXPECT_EQ(run.state(), v1::RUN_STATE_FINISHED) << run.termination().detail();
  EXPECT_EQ(fork.state(), v1::RUN_STATE_FINISHED) << fork.termination().detail();
  EXPECT_EQ(run.changes_size(), 3);
  EXPECT_EQ(run.event_count(), 3);
  EXPECT_EQ(fork.parent(), name);
  EXPECT_EQ(fork.event_count(), 2);
  EXPECT_EQ(here().Trace(fork.name()).iteration(0), 600);
  EXPECT_TRUE(Bits(here().Trace(name)) == Bits(TraceOfTheSameAgain(run)));
  EXPECT_TRUE(Bits(here().Trace(fork.name())) == Bits(TraceOfTheSameAgain(fork)));
}

TEST(Recovery, KeepsWhatIsOverAndWhatIsPaused) {
  const TemporaryFolder folder;
  const std::string flag = "--data-dir=" + (folder / "data");
  std::string finished, paused;
  v1::Run finished_before;
  int64_t paused_at = 0;
  {
    ServerProcess server({flag});
    ASSERT_TRUE(server.WaitUntilReady()) << server.Errors();
    RunsOverGrpc runs(server.ready().grpc);
    finished = runs.Create(Rosenbrock(10, 50));
    finished_before = runs.WaitForEnd(finished);
    paused = runs.Create(Rosenbrock(kCoordinates, kIterations));
    grpc::ClientContext context;
    v1::PauseRunRequest request;
    request.set_name(paused);
    v1::PauseRunResponse response;
    ASSERT_TRUE(runs.stub().PauseRun(&context, request, &response).ok());
    paused_at = response.run().iteration();
    server.Kill();
  }

  ServerProcess server({flag});
  ASSERT_TRUE(server.WaitUntilReady()) << server.Errors();
  RunsOverGrpc runs(server.ready().grpc);

  EXPECT_TRUE(MessageDifferencer::Equals(runs.Get(finished), finished_before));
  EXPECT_EQ(runs.Get(paused).state(), v1::RUN_STATE_PAUSED);
  EXPECT_EQ(runs.Get(paused).iteration(), paused_at);
}

TEST(Recovery, RemembersRequestIds) {
  const TemporaryFolder folder;
  const std::string flag = "--data-dir=" + (folder / "data");
  std::string name;
  {
    ServerProcess server({flag});
    ASSERT_TRUE(server.WaitUntilReady()) << server.Errors();
    name = RunsOverGrpc(server.ready().grpc).Create(Rosenbrock(10, 50), "once");
    server.Kill();
  }

  ServerProcess server({flag});
  ASSERT_TRUE(server.WaitUntilReady()) << server.Errors();

  EXPECT_EQ(RunsOverGrpc(server.ready().grpc).Create(Rosenbrock(10, 50), "once"), name);
}

}  // namespace
}  // namespace thalweg
