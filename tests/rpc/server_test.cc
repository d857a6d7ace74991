// Unary calls, health, reflection and limits over real channels.

#include "server/rpc/server.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <stdexcept>
#include <string>
#include <vector>

#include "tests/rpc/support/call.h"
#include "tests/rpc/support/details.h"
#include "tests/rpc/support/server_fixture.h"

namespace thalweg::rpc {
namespace {

using namespace std::chrono_literals;
using testing::Contains;
using testing::HasSubstr;
using testing::Not;

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
    calls.push_back(std::async(std::launch::async, [this] { return Get("runs/r1", 500ms); }));
  }
  for (auto& call : calls) EXPECT_EQ(call.get().error_code(), grpc::DEADLINE_EXCEEDED);
  EXPECT_EQ(Create(), "runs/r1");          // another lane is free
  EXPECT_EQ(Health(channel_, "live"), 1);  // and so are gRPC's own threads
  gate.set_value();
  EXPECT_TRUE(Eventually([&] { return calls_.under_way() == 0; }));
  EXPECT_LE(entered, options_.lanes.read_threads);  // those that waited were not begun
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
  const auto second = Server::Start(runs_, *studies_, calls_, options_);
  EXPECT_EQ(second.status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(second.status().message()), HasSubstr("Address already in use"));
  options_.address = "nonsense";
  EXPECT_FALSE(Server::Start(runs_, *studies_, calls_, options_).ok());
}

TEST_F(ServerTest, GivesAChannelWithinTheProcess) {
  const auto stub = v1::CatalogService::NewStub(server_->grpc().InProcessChannel({}));
  Context context;
  v1::GetServerInfoResponse response;
  EXPECT_TRUE(stub->GetServerInfo(&context, {}, &response).ok());
}

}  // namespace
}  // namespace thalweg::rpc
