// The server over real channels; its runs do what the test says.

#include "server/rpc/server.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <mutex>
#include <set>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "tests/rpc/support/call.h"
#include "tests/rpc/support/details.h"
#include "tests/rpc/support/fake_run_book.h"

namespace thalweg::rpc {
namespace {

using namespace std::chrono_literals;
using testing::Contains;
using testing::HasSubstr;
using testing::IsSubsetOf;
using testing::Not;

/// Remembers which calls the metrics were told of.
class Calls final : public EventSink {
 public:
  void On(const CallFinished& call) override {
    const std::lock_guard lock(mutex_);
    finished_.push_back(absl::StrCat(std::string(call.type), " ", std::string(call.method), " ",
                                     std::string(call.code)));
  }
  std::vector<std::string> finished() {
    const std::lock_guard lock(mutex_);
    return finished_;
  }

 private:
  std::mutex mutex_;
  std::vector<std::string> finished_;
};

template <typename Condition>
bool Eventually(Condition condition) {
  const auto deadline = std::chrono::steady_clock::now() + 10s;
  while (std::chrono::steady_clock::now() < deadline) {
    if (condition()) return true;
    std::this_thread::sleep_for(2ms);
  }
  return condition();
}

class ServerTest : public testing::Test {
 protected:
  ServerTest() {
    options_.address = "127.0.0.1:0";
    options_.heartbeat = 50ms;
    options_.info = {"1.2.3", {{"workers", "4"}}};
    options_.incidents = [this](std::string_view line) {
      const std::lock_guard lock(mutex_);
      incidents_ += std::string(line) + "\n";
    };
    Start();
  }

  void Start() {
    server_.reset();
    auto server = Server::Start(runs_, calls_, options_);
    ASSERT_TRUE(server.ok()) << server.status();
    server_ = *std::move(server);
    server_->SetServing(true);
    channel_ = ChannelTo(server_->port());
    optimization_ = v1::OptimizationService::NewStub(channel_);
  }

  std::string Create() {
    Context context;
    v1::CreateRunRequest request;
    request.mutable_run()->mutable_objective()->set_expression("x**2");
    v1::CreateRunResponse response;
    const auto status = optimization_->CreateRun(&context, request, &response);
    EXPECT_TRUE(status.ok()) << status.error_message();
    return response.run().name();
  }
  grpc::Status Get(const std::string& name, std::chrono::milliseconds patience = 20s) {
    Context context(patience);
    v1::GetRunRequest request;
    request.set_name(name);
    v1::GetRunResponse response;
    return optimization_->GetRun(&context, request, &response);
  }
  v1::WatchRunRequest WatchRequest(const std::string& name, int64_t from = 0) {
    v1::WatchRunRequest request;
    request.set_name(name);
    request.set_from_iteration(from);
    return request;
  }

  FakeRunBook runs_;
  Calls calls_;
  ServerOptions options_;
  std::mutex mutex_;
  std::string incidents_;
  std::unique_ptr<Server> server_;
  std::shared_ptr<grpc::Channel> channel_;
  std::unique_ptr<v1::OptimizationService::Stub> optimization_;
};

TEST_F(ServerTest, AnswersUnaryCallsAndCountsThem) {
  EXPECT_EQ(Create(), "runs/r1");
  EXPECT_TRUE(Get("runs/r1").ok());
  EXPECT_THAT(Get("runs/none"), RefusedWith(grpc::NOT_FOUND, "RUN_NOT_FOUND"));
  EXPECT_THAT(calls_.finished(), Contains("unary CreateRun OK"));
  EXPECT_THAT(calls_.finished(), Contains("unary GetRun NotFound"));
}

TEST_F(ServerTest, SendsDetailsThatSayWhatIsWrongAndWhere) {
  Context context;
  v1::CreateRunRequest request;
  request.mutable_run()->set_display_name(std::string(200, 'x'));
  request.mutable_run()->add_stopping();
  v1::CreateRunResponse response;
  const auto status = optimization_->CreateRun(&context, request, &response);
  EXPECT_THAT(status, RefusedWith(grpc::INVALID_ARGUMENT, "INVALID_VALUE"));
  EXPECT_THAT(DetailsOf(status).fields,
              testing::ElementsAre("run.display_name", "run.objective", "run.stopping[0].kind"));
}

TEST_F(ServerTest, SendsTheLargestErrorsWhole) {
  Context context;
  v1::CreateRunRequest request;
  for (int i = 0; i < 32; ++i) {
    (*request.mutable_run()->mutable_labels())[absl::StrCat(std::string(500, 'X'), i)] = "";
  }
  v1::CreateRunResponse response;
  const auto status = optimization_->CreateRun(&context, request, &response);
  EXPECT_THAT(status, RefusedWith(grpc::INVALID_ARGUMENT, "INVALID_VALUE"));
  EXPECT_GT(DetailsOf(status).fields.size(), 5);
}

TEST_F(ServerTest, RefusesMessagesAboveItsLimitAndServesOn) {
  Context context;
  v1::CreateRunRequest request;
  request.mutable_run()->mutable_objective()->set_expression(std::string(10 << 20, 'x'));
  v1::CreateRunResponse response;
  const auto status = optimization_->CreateRun(&context, request, &response);
  EXPECT_EQ(status.error_code(), grpc::RESOURCE_EXHAUSTED) << status.error_message();
  EXPECT_EQ(Create(), "runs/r1");
}

TEST_F(ServerTest, LetsNoExceptionThrough) {
  runs_.FailGetWith([]() -> absl::StatusOr<runs::Run> { throw std::logic_error("secret"); });
  const auto status = Get("runs/r1");
  EXPECT_THAT(status, RefusedWith(grpc::INTERNAL, "UNEXPECTED"));
  EXPECT_THAT(status.error_message(), Not(HasSubstr("secret")));
  const std::lock_guard lock(mutex_);
  EXPECT_THAT(incidents_, HasSubstr("secret"));
  EXPECT_THAT(incidents_, HasSubstr(DetailsOf(status).info.metadata().at("incident_id")));
}

TEST_F(ServerTest, SkipsCallsWhoseTimeIsOverAndStaysResponsive) {
  std::promise<void> gate;
  auto opened = gate.get_future().share();
  std::atomic<int> entered{0};
  runs_.FailGetWith([&entered, opened]() -> absl::StatusOr<runs::Run> {
    ++entered;
    opened.wait();
    return absl::NotFoundError("late");
  });
  std::vector<std::future<grpc::Status>> calls;
  for (int i = 0; i < 20; ++i) {
    calls.push_back(std::async(std::launch::async, [this] { return Get("runs/r1", 300ms); }));
  }
  for (auto& call : calls) EXPECT_EQ(call.get().error_code(), grpc::DEADLINE_EXCEEDED);
  EXPECT_EQ(Create(), "runs/r1");          // another lane is free
  EXPECT_EQ(Health(channel_, "live"), 1);  // and so are gRPC's own threads
  gate.set_value();
  EXPECT_TRUE(Eventually([&] { return calls_.finished().size() == 21; }));
  EXPECT_EQ(entered, options_.lanes.read_threads);  // those that waited were not begun
}

TEST_F(ServerTest, TurnsCallsAwayWhenTooManyWait) {
  options_.lanes.read_threads = 1;
  options_.lanes.most_waiting = 2;
  Start();
  std::promise<void> gate;
  auto opened = gate.get_future().share();
  runs_.FailGetWith([opened]() -> absl::StatusOr<runs::Run> {
    opened.wait();
    return absl::NotFoundError("");
  });
  std::vector<std::future<grpc::Status>> calls;
  for (int i = 0; i < 10; ++i) {
    calls.push_back(std::async(std::launch::async, [this] { return Get("runs/r1"); }));
  }
  EXPECT_TRUE(Eventually([&] { return calls_.finished().size() >= 7; }));
  gate.set_value();
  int refused = 0;
  for (auto& call : calls) {
    const auto status = call.get();
    if (status.error_code() != grpc::UNAVAILABLE) continue;
    ++refused;
    EXPECT_THAT(status, RefusedWith(grpc::UNAVAILABLE, "OVERLOADED"));
    EXPECT_GT(DetailsOf(status).retry_seconds, 0);
  }
  EXPECT_GE(refused, 7);
}

TEST_F(ServerTest, AnswersUnknownMethodsWithoutCountingThem) {
  const auto answer = CallRaw(channel_, "/thalweg.v1.OptimizationService/Steal", "");
  EXPECT_EQ(answer.status.error_code(), grpc::UNIMPLEMENTED);
  EXPECT_TRUE(calls_.finished().empty());
}

TEST_F(ServerTest, RefusesBytesThatAreNoMessage) {
  const auto answer = CallRaw(channel_, "/thalweg.v1.OptimizationService/GetRun", "\xFF\xFF\xFF");
  EXPECT_FALSE(answer.status.ok());
  EXPECT_EQ(Create(), "runs/r1");
}

TEST_F(ServerTest, TellsItsVersionAndSettings) {
  Context context;
  v1::GetServerInfoResponse response;
  ASSERT_TRUE(v1::CatalogService::NewStub(channel_)->GetServerInfo(&context, {}, &response).ok());
  EXPECT_EQ(response.version(), "1.2.3");
  EXPECT_EQ(response.settings().at("workers"), "4");
}

TEST_F(ServerTest, IsHealthyWhileItServesAndAliveInAnyCase) {
  EXPECT_EQ(Health(channel_, ""), 1);
  EXPECT_EQ(Health(channel_, "ready"), 1);
  EXPECT_EQ(Health(channel_, "live"), 1);
  EXPECT_EQ(Health(channel_, "other"), -1);
  server_->SetServing(false);
  EXPECT_EQ(Health(channel_, ""), 2);
  EXPECT_EQ(Health(channel_, "ready"), 2);
  EXPECT_EQ(Health(channel_, "live"), 1);
}

TEST_F(ServerTest, ReflectsItsServicesOnlyWhenAskedTo) {
  const std::string method = "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo";
  const auto reflects = [&] {
    grpc::GenericStub stub(channel_);
    grpc::CompletionQueue queue;
    Context context;
    const auto call = stub.PrepareCall(&context, method, &queue);
    void* tag = nullptr;
    bool ok = false;
    const grpc::Slice list_services("\x3A\x01*", 3);  // field 7: list_services
    const grpc::ByteBuffer request(&list_services, 1);
    grpc::ByteBuffer response;
    std::string bytes;
    call->StartCall(nullptr);
    queue.Next(&tag, &ok);
    call->WriteLast(request, grpc::WriteOptions(), nullptr);
    queue.Next(&tag, &ok);
    call->Read(&response, nullptr);
    queue.Next(&tag, &ok);
    std::vector<grpc::Slice> slices;
    if (ok && response.Dump(&slices).ok()) {
      for (const auto& part : slices) {
        bytes.append(reinterpret_cast<const char*>(part.begin()), part.size());
      }
    }
    grpc::Status status;
    call->Finish(&status, nullptr);
    queue.Next(&tag, &ok);
    return bytes.find("thalweg.v1.OptimizationService") != std::string::npos;
  };
  EXPECT_TRUE(reflects());
  options_.reflection = false;
  Start();
  EXPECT_FALSE(reflects());
}

TEST_F(ServerTest, TakesTheAddressForItselfAlone) {
  options_.address = absl::StrCat("127.0.0.1:", server_->port());
  const auto second = Server::Start(runs_, calls_, options_);
  EXPECT_EQ(second.status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(second.status().message()), HasSubstr("Address already in use"));
  options_.address = "nonsense";
  EXPECT_FALSE(Server::Start(runs_, calls_, options_).ok());
}

TEST_F(ServerTest, GivesAChannelWithinTheProcess) {
  const auto stub = v1::CatalogService::NewStub(server_->grpc().InProcessChannel({}));
  Context context;
  v1::GetServerInfoResponse response;
  EXPECT_TRUE(stub->GetServerInfo(&context, {}, &response).ok());
}

// ---- Streams

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
