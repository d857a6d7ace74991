// The real services through the bridge: every RPC answers as it does over gRPC.

#include <gmock/gmock.h>
#include <google/protobuf/dynamic_message.h>
#include <google/protobuf/util/message_differencer.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <cctype>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/escaping.h"
#include "server/rpc/server.h"
#include "server/runs/run_book.h"
#include "server/storage/memory_store.h"
#include "server/studies/study_book.h"
#include "server/web/server.h"
#include "tests/rpc/support/call.h"
#include "tests/web/support/web_caller.h"
#include "thalweg/v1/catalog_service.pb.h"
#include "thalweg/v1/objective_service.pb.h"
#include "thalweg/v1/optimization_service.grpc.pb.h"
#include "thalweg/v1/study_service.pb.h"

namespace thalweg::web {
namespace {

using namespace std::chrono_literals;
using google::protobuf::MethodDescriptor;
using ::testing::HasSubstr;
using testing::WebAnswer;
using testing::WebCaller;

constexpr char kReflection[] = "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo";
const std::string kListServices("\x3A\x00", 2);  // field 7, an empty text

class Services : public ::testing::Test {
 protected:
  Services() {
    rpc::ServerOptions options;
    options.address = "127.0.0.1:0";
    rpc_ = *rpc::Server::Start(*runs_, *studies_, events_, options);
    rpc_->SetServing(true);
    direct_ = rpc::ChannelTo(rpc_->port());
    grpc::ChannelArguments arguments;
    arguments.SetMaxReceiveMessageSize(-1);
    web_ = *Server::Start({.address = "127.0.0.1:0"}, Router(),
                          {.channel = rpc_->grpc().InProcessChannel(arguments)});
  }

  /// All methods of all services of ours that the server says it has.
  std::vector<const MethodDescriptor*> Methods() {
    constexpr std::string_view kPackage = "thalweg.v1.";
    const std::string listed = CallWeb(kReflection, kListServices).messages;
    std::vector<const MethodDescriptor*> methods;
    for (size_t at = 0; (at = listed.find(kPackage, at)) != std::string::npos;) {
      const size_t end = std::find_if_not(listed.begin() + at + kPackage.size(), listed.end(),
                                          [](char c) { return std::isalpha(c); }) -
                         listed.begin();
      const auto* service = google::protobuf::DescriptorPool::generated_pool()->FindServiceByName(
          listed.substr(at, end - at));
      for (int m = 0; service != nullptr && m < service->method_count(); ++m) {
        methods.push_back(service->method(m));
      }
      at = end;
    }
    return methods;
  }

  static std::string PathOf(const MethodDescriptor& method) {
    return absl::StrCat("/", method.service()->full_name(), "/", method.name());
  }

  WebAnswer CallWeb(const std::string& path, const std::string& request,
                    const std::string& headers = "") const {
    return WebCaller(web_->address()).Call(path, request, headers);
  }

  /// That a call fares the same over gRPC and through the bridge. Maps have no order on the wire,
  /// so messages are compared as messages; both calls have one request id, which errors repeat.
  void ExpectSame(const MethodDescriptor& method, const std::string& request) {
    const rpc::RawAnswer expected = rpc::CallRaw(direct_, PathOf(method), request, "same");
    const WebAnswer answer = CallWeb(PathOf(method), request, "x-request-id: same\r\n");
    EXPECT_EQ(answer.status(), expected.status.error_code()) << answer.trailers;
    std::string details;
    EXPECT_TRUE(absl::Base64Unescape(WebAnswer::LineOf(answer.trailers, "grpc-status-details-bin"),
                                     &details));
    EXPECT_EQ(details, expected.status.error_details());
    EXPECT_EQ(answer.count, expected.status.ok() ? 1 : 0);

    auto& factory = *google::protobuf::MessageFactory::generated_factory();
    const auto* prototype = factory.GetPrototype(method.output_type());
    const std::unique_ptr<google::protobuf::Message> there(prototype->New());
    const std::unique_ptr<google::protobuf::Message> here(prototype->New());
    ASSERT_TRUE(there->ParseFromString(expected.bytes) && here->ParseFromString(answer.messages));
    std::string difference;
    google::protobuf::util::MessageDifferencer differencer;
    differencer.ReportDifferencesToString(&difference);
    EXPECT_TRUE(differencer.Compare(*there, *here)) << difference;
  }

  /// Whether soon there is no stream at the service.
  bool StreamsEnd() const {
    const auto end = std::chrono::steady_clock::now() + 10s;
    while (rpc_->open_streams() > 0 && std::chrono::steady_clock::now() < end) {
      std::this_thread::sleep_for(1ms);
    }
    return rpc_->open_streams() == 0;
  }

  static v1::CreateRunRequest RunOf(int iterations) {
    v1::CreateRunRequest request;
    v1::Run& run = *request.mutable_run();
    run.mutable_objective()->set_expression("(1-x)**2 + 100*(y-x**2)**2");
    (*run.mutable_start()->mutable_values())["x"].add_values(-1.2);
    (*run.mutable_start()->mutable_values())["y"].add_values(1);
    run.mutable_optimizer()->set_kind("adam");
    (*run.mutable_optimizer()->mutable_settings())["learning_rate"].set_number(1e-4);
    v1::Part* stop = run.add_stopping();
    stop->set_kind("iterations");
    (*stop->mutable_settings())["threshold"].set_number(iterations);
    return request;
  }

  std::string CreateRun(int iterations) {
    v1::CreateRunResponse response;
    const WebAnswer answer =
        CallWeb("/thalweg.v1.OptimizationService/CreateRun", RunOf(iterations).SerializeAsString());
    EXPECT_EQ(answer.status(), grpc::OK) << answer.trailers;
    EXPECT_TRUE(response.ParseFromString(answer.messages));
    return response.run().name();
  }

  storage::MemoryStore store_;
  EventSink events_;
  std::unique_ptr<runs::RunBook> runs_ = *runs::RunBook::Open(store_, events_, {});
  std::unique_ptr<studies::StudyBook> studies_ =
      *studies::StudyBook::Open(*runs_, store_, events_, {});
  std::unique_ptr<rpc::Server> rpc_;
  std::shared_ptr<grpc::Channel> direct_;
  std::unique_ptr<Server> web_;
};

TEST_F(Services, AnswerEveryRpcAsOverGrpc) {
  const auto methods = Methods();
  ASSERT_GT(methods.size(), 25);
  for (const MethodDescriptor* method : methods) {
    SCOPED_TRACE(method->full_name());
    EXPECT_FALSE(method->client_streaming());
    ExpectSame(*method, "");          // mostly refused, with details
    ExpectSame(*method, "\x0A\x7F");  // not a message at all
  }
}

TEST_F(Services, LoseNoAnswerOfManyCalls) {
  const std::string request = RunOf(1).SerializeAsString();
  std::atomic<int> answered = 0;
  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < 4; ++t) {
      threads.emplace_back([&] {
        WebCaller caller(web_->address());
        for (int i = 0; i < 500; ++i) {
          answered += caller.Call("/thalweg.v1.OptimizationService/CreateRun", request).count;
        }
      });
    }
  }
  EXPECT_EQ(answered, 2000);
}

TEST_F(Services, AnswerRealRequestsAsOverGrpc) {
  const std::string name = CreateRun(50);
  v1::CompileObjectiveRequest compile;
  compile.mutable_objective()->set_expression("log(x) + z*");
  v1::GetRunRequest get;
  get.set_name(name);
  WebCaller watcher(web_->address());  // until the run is over
  v1::WatchRunRequest watch;
  watch.set_name(name);
  EXPECT_EQ(
      watcher.Call("/thalweg.v1.OptimizationService/WatchRun", watch.SerializeAsString()).status(),
      grpc::OK);
  for (const MethodDescriptor* method : Methods()) {
    if (method->name() == "CompileObjective") ExpectSame(*method, compile.SerializeAsString());
    if (method->name() == "GetRun") ExpectSame(*method, get.SerializeAsString());
  }
}

TEST_F(Services, StreamARunWithTheVeryIteratesThatGrpcStreams) {
  const std::string name = CreateRun(30'000);
  v1::WatchRunRequest request;
  request.set_name(name);
  request.set_mode(v1::WATCH_MODE_ALL);
  const auto take = [](const v1::WatchRunResponse& response, v1::IterateBatch& all) {
    all.MergeFrom(response.update().iterates());
  };

  v1::IterateBatch through_bridge;
  WebCaller caller(web_->address());
  caller.Send("/thalweg.v1.OptimizationService/WatchRun", request.SerializeAsString());
  caller.Head();
  std::string trailers;
  v1::Run last;
  while (const auto frame = caller.Next()) {
    v1::WatchRunResponse response;
    if (frame->trailers) {
      trailers = frame->bytes;
    } else {
      ASSERT_TRUE(response.ParseFromString(frame->bytes));
      take(response, through_bridge);
      if (response.update().last()) last = response.update().run();
    }
  }

  v1::IterateBatch over_grpc;
  rpc::Context context;
  const auto stub = v1::OptimizationService::NewStub(direct_);
  const auto stream = stub->WatchRun(&context, request);
  v1::WatchRunResponse response;
  v1::Run direct_last;
  while (stream->Read(&response)) {
    take(response, over_grpc);
    if (response.update().last()) direct_last = response.update().run();
  }
  EXPECT_TRUE(stream->Finish().ok());
  EXPECT_EQ(trailers, "grpc-status: 0\r\n");
  EXPECT_EQ(through_bridge.iteration_size(), 30'001);
  EXPECT_TRUE(google::protobuf::util::MessageDifferencer::Equals(through_bridge, over_grpc));
  EXPECT_TRUE(google::protobuf::util::MessageDifferencer::Equals(last, direct_last));
}

TEST_F(Services, AnswerHealthChecksAndReflection) {
  EXPECT_EQ(CallWeb("/grpc.health.v1.Health/Check", "").messages, "\x08\x01");  // SERVING
  const WebAnswer reflection = CallWeb(kReflection, kListServices);
  EXPECT_EQ(reflection.status(), grpc::OK) << reflection.trailers;
  EXPECT_THAT(reflection.messages, HasSubstr("thalweg.v1.StudyService"));
}

TEST_F(Services, TellBrowsersWhereToResumeWhenTheServerDrains) {
  v1::WatchRunRequest request;
  request.set_name(CreateRun(1'000'000'000));
  WebCaller caller(web_->address());
  caller.Send("/thalweg.v1.OptimizationService/WatchRun", request.SerializeAsString());
  caller.Head();
  ASSERT_TRUE(caller.Next());

  runs_->Drain();
  rpc_->EndStreams();
  const std::jthread stop([this] { web_->Stop(10s); });  // meanwhile the browser reads
  v1::WatchRunResponse response;
  std::string trailers;
  while (const auto frame = caller.Next()) {
    if (frame->trailers) {
      trailers = frame->bytes;
    } else {
      ASSERT_TRUE(response.ParseFromString(frame->bytes));
    }
  }
  EXPECT_TRUE(response.update().has_heartbeat());
  EXPECT_THAT(trailers, HasSubstr("grpc-status: 14\r\n"));
  EXPECT_THAT(trailers, HasSubstr("grpc-status-details-bin: "));
  EXPECT_TRUE(StreamsEnd());
}

TEST_F(Services, LoseNoWatcherWhenABrowserLeaves) {
  v1::WatchRunRequest request;
  request.set_name(CreateRun(1'000'000'000));
  for (int i = 0; i < 10; ++i) {
    WebCaller caller(web_->address());
    caller.Send("/thalweg.v1.OptimizationService/WatchRun", request.SerializeAsString());
    caller.Head();
  }
  EXPECT_TRUE(StreamsEnd());
}

}  // namespace
}  // namespace thalweg::web
