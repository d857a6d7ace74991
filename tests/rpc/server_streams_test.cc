// WatchRun and Optimize over real channels: order, resuming, slow clients, leaving, draining.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <string>
#include <vector>

#include "tests/rpc/support/call.h"
#include "tests/rpc/support/details.h"
#include "tests/rpc/support/server_fixture.h"

namespace thalweg::rpc {
namespace {

using namespace std::chrono_literals;
using testing::Contains;

TEST_F(ServerTest, StreamsARunToItsEnd) {
  const std::string name = Create();
  runs_.Record("r1", 100);
  Context context;
  const auto stream = optimization_->WatchRun(&context, WatchRequest(name));
  v1::WatchRunResponse response;
  int64_t expected = 0;
  bool last = false;
  while (stream->Read(&response)) {
    for (const int64_t k : response.update().iterates().iteration()) EXPECT_EQ(k, expected++);
    if (response.update().has_heartbeat()) runs_.End("r1", runs::RunState::kFinished);
    last = response.update().last();
  }
  EXPECT_TRUE(stream->Finish().ok());
  EXPECT_TRUE(last);
  EXPECT_EQ(expected, 101);
  EXPECT_TRUE(Eventually([&] { return server_->open_streams() == 0; }));
  EXPECT_THAT(calls_.finished(), Contains("server_stream WatchRun OK"));
}

TEST_F(ServerTest, ResumesAWatchWithoutGapOrRepeatAcrossCancelledStreams) {
  const std::string name = Create();
  runs_.set_max_rows_per_update(7);
  runs_.Record("r1", 1000);
  runs_.End("r1", runs::RunState::kFinished);
  std::vector<int64_t> seen;
  int64_t next = 0;
  bool last = false;
  for (int attempt = 0; !last && attempt < 500; ++attempt) {
    Context context;
    const auto stream = optimization_->WatchRun(&context, WatchRequest(name, next));
    v1::WatchRunResponse response;
    for (int i = 0; i < 5 && stream->Read(&response); ++i) {
      const auto& iterations = response.update().iterates().iteration();
      seen.insert(seen.end(), iterations.begin(), iterations.end());
      next = response.update().next_iteration();
      last = response.update().last();
    }
    context.TryCancel();
    stream->Finish();
  }
  ASSERT_EQ(seen.size(), 1001);
  for (size_t k = 0; k < seen.size(); ++k) ASSERT_EQ(seen[k], static_cast<int64_t>(k));
}

TEST_F(ServerTest, NoticesAtOnceThatAWatcherHasGone) {
  const std::string name = Create();
  Context context;
  const auto stream = optimization_->WatchRun(&context, WatchRequest(name));
  v1::WatchRunResponse response;
  ASSERT_TRUE(stream->Read(&response));
  context.TryCancel();
  EXPECT_TRUE(Eventually([&] { return runs_.watchers() == 0 && server_->open_streams() == 0; }));
  EXPECT_EQ(stream->Finish().error_code(), grpc::CANCELLED);
}

TEST_F(ServerTest, RefusesAWatchWithTheReason) {
  const std::string name = Create();
  const auto ending = [&](const v1::WatchRunRequest& request) {
    Context context;
    const auto stream = optimization_->WatchRun(&context, request);
    v1::WatchRunResponse response;
    while (stream->Read(&response)) {
    }
    return stream->Finish();
  };
  EXPECT_THAT(ending(WatchRequest("runs/none")), RefusedWith(grpc::NOT_FOUND, "RUN_NOT_FOUND"));
  EXPECT_THAT(ending(WatchRequest("none")), RefusedWith(grpc::INVALID_ARGUMENT, "INVALID_VALUE"));
  EXPECT_THAT(ending(WatchRequest(name, -1)), RefusedWith(grpc::INVALID_ARGUMENT, "INVALID_VALUE"));
  EXPECT_THAT(ending(WatchRequest(name, 5)),
              RefusedWith(grpc::OUT_OF_RANGE, "ITERATION_OUT_OF_RANGE"));
}

TEST_F(ServerTest, StreamsOnWhileAThousandWatchersHaveStopped) {
  const std::string name = Create();
  runs_.Record("r1", 50'000);
  // A client that does not read takes what its window has room for; gRPC's grows to megabytes.
  grpc::ChannelArguments small_window;
  small_window.SetInt(GRPC_ARG_HTTP2_BDP_PROBE, 0);
  small_window.SetInt(GRPC_ARG_HTTP2_STREAM_LOOKAHEAD_BYTES, 64 << 10);
  const auto other = ChannelTo(server_->port(), small_window);
  const auto stalled_stub = v1::OptimizationService::NewStub(other);
  std::vector<std::unique_ptr<Context>> contexts;
  std::vector<std::unique_ptr<grpc::ClientReader<v1::WatchRunResponse>>> stalled;
  for (int i = 0; i < 900; ++i) {
    contexts.push_back(std::make_unique<Context>(60s));
    stalled.push_back(stalled_stub->WatchRun(contexts.back().get(), WatchRequest(name)));
  }
  ASSERT_TRUE(Eventually([&] { return server_->open_streams() >= 900; }));
  runs_.End("r1", runs::RunState::kFinished);

  Context context;
  const auto stream = optimization_->WatchRun(&context, WatchRequest(name));
  v1::WatchRunResponse response;
  int64_t expected = 0;
  while (stream->Read(&response)) {
    for (const int64_t k : response.update().iterates().iteration()) EXPECT_EQ(k, expected++);
  }
  EXPECT_TRUE(stream->Finish().ok());
  EXPECT_EQ(expected, 50'001);

  for (const auto& one : contexts) one->TryCancel();
  for (const auto& one : stalled) one->Finish();
  EXPECT_TRUE(Eventually([&] { return server_->open_streams() == 0; }));
}

TEST_F(ServerTest, OptimizesInOneCallThatNamesTheRunFirst) {
  Context context;
  v1::OptimizeRequest request;
  request.mutable_run()->mutable_objective()->set_expression("x**2");
  const auto stream = optimization_->Optimize(&context, request);
  v1::OptimizeResponse response;
  ASSERT_TRUE(stream->Read(&response));
  EXPECT_EQ(response.update().run().name(), "runs/r1");
  runs_.Record("r1", 3);
  runs_.End("r1", runs::RunState::kFinished);
  while (stream->Read(&response)) {
  }
  EXPECT_TRUE(response.update().last());
  EXPECT_TRUE(stream->Finish().ok());
}

TEST_F(ServerTest, CancelsTheRunOfAClientThatLeavesOnlyWhenToldTo) {
  const auto optimize_and_leave = [&](bool cancel) {
    Context context;
    v1::OptimizeRequest request;
    request.mutable_run()->mutable_objective()->set_expression("x**2");
    request.set_cancel_on_disconnect(cancel);
    const auto stream = optimization_->Optimize(&context, request);
    v1::OptimizeResponse response;
    EXPECT_TRUE(stream->Read(&response));
    context.TryCancel();
    stream->Finish();
    EXPECT_TRUE(Eventually([&] { return server_->open_streams() == 0; }));
  };
  optimize_and_leave(false);
  optimize_and_leave(true);
  EXPECT_TRUE(runs_.WaitUntilOver("r2", 10s));
  EXPECT_EQ(runs_.Get("r1")->state, runs::RunState::kRunning);
}

TEST_F(ServerTest, DrainsUnderLoadWithAHintToEveryStream) {
  options_.heartbeat = 60s;  // streams that wait are told at once all the same
  Start();
  const std::string name = Create();
  runs_.Record("r1", 9);
  std::vector<std::future<grpc::Status>> watchers;
  std::atomic<int> waiting{0};
  std::atomic<int> hinted{0};
  for (int i = 0; i < 20; ++i) {
    watchers.push_back(std::async(std::launch::async, [&] {
      Context context;
      const auto stream = optimization_->WatchRun(&context, WatchRequest(name));
      v1::WatchRunResponse response;
      stream->Read(&response);
      stream->Read(&response);
      ++waiting;
      while (stream->Read(&response)) {
      }
      if (response.update().next_iteration() == 10) ++hinted;
      return stream->Finish();
    }));
  }
  ASSERT_TRUE(Eventually([&] { return waiting == 20; }));
  runs_.Drain();
  const auto began = std::chrono::steady_clock::now();
  server_->Drain(10s);
  EXPECT_LT(std::chrono::steady_clock::now() - began, 5s);
  for (auto& watcher : watchers) {
    EXPECT_THAT(watcher.get(), RefusedWith(grpc::UNAVAILABLE, "SHUTTING_DOWN"));
  }
  EXPECT_EQ(hinted, 20);
  EXPECT_EQ(Get(name, 500ms).error_code(), grpc::UNAVAILABLE);
}

TEST_F(ServerTest, DoesNotCancelRunsOfClientsThatItCutsOffItself) {
  Context context;
  v1::OptimizeRequest request;
  request.mutable_run()->mutable_objective()->set_expression("x**2");
  request.set_cancel_on_disconnect(true);
  const auto stream = optimization_->Optimize(&context, request);
  v1::OptimizeResponse response;
  ASSERT_TRUE(stream->Read(&response));
  server_.reset();
  EXPECT_EQ(runs_.Get("r1")->state, runs::RunState::kRunning);
  while (stream->Read(&response)) {
  }
  stream->Finish();
}

}  // namespace
}  // namespace thalweg::rpc
