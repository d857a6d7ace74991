// Who may call what, and what they are told of others' runs: every RPC, as the descriptors list
// them, with every role.
#include "server/rpc/authorization.h"

#include <gmock/gmock.h>
#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "server/datasets/dataset_book.h"
#include "server/rpc/server.h"
#include "server/storage/memory_store.h"
#include "server/storage/memory_tables.h"
#include "server/studies/study_book.h"
#include "tests/rpc/support/call.h"
#include "tests/rpc/support/details.h"
#include "thalweg/v1/catalog_service.pb.h"
#include "thalweg/v1/dataset_service.pb.h"
#include "thalweg/v1/model_service.pb.h"
#include "thalweg/v1/objective_service.pb.h"
#include "thalweg/v1/optimization_service.pb.h"
#include "thalweg/v1/study_service.pb.h"
#include "thalweg/v1/watch_service.pb.h"

namespace thalweg::rpc {
namespace {

using access::Role;
using google::protobuf::Message;
using google::protobuf::MethodDescriptor;
using testing::Contains;
using testing::HasSubstr;
using testing::Not;

constexpr Role kRoles[] = {Role::kMonitor, Role::kViewer, Role::kUser, Role::kAdmin};
constexpr char kMissing[] = "abcdefghijkmnpqr";

std::vector<const MethodDescriptor*> AllMethods() {
  std::vector<const MethodDescriptor*> methods;
  for (const auto* file :
       {v1::CreateRunRequest::descriptor()->file(), v1::CreateStudyRequest::descriptor()->file(),
        v1::WatchRequest::descriptor()->file(), v1::CompileObjectiveRequest::descriptor()->file(),
        v1::ListOptimizersRequest::descriptor()->file(),
        v1::UploadDatasetRequest::descriptor()->file(),
        v1::EvaluateModelRequest::descriptor()->file()}) {
    for (int s = 0; s < file->service_count(); ++s) {
      for (int m = 0; m < file->service(s)->method_count(); ++m) {
        methods.push_back(file->service(s)->method(m));
      }
    }
  }
  return methods;
}

TEST(Authorization, HasARuleForEveryRpc) {
  const auto methods = AllMethods();
  EXPECT_GE(methods.size(), 30U);
  for (const MethodDescriptor* method : methods) {
    const auto rule = RuleOf(method->service()->full_name(), method->name());
    ASSERT_TRUE(rule) << method->full_name() << " needs a row in authorization.cc";
    const bool looks = method->name().rfind("Get", 0) == 0 ||
                       method->name().rfind("List", 0) == 0 ||
                       method->name().rfind("Watch", 0) == 0;
    if (looks) {
      EXPECT_EQ(rule->least, Role::kViewer) << method->full_name();
    }
  }
}

TEST(Authorization, RefusesAnRpcWithoutARuleToEveryone) {
  access::Tokens tokens;
  tokens.by_digest[access::DigestOf("root")] = {{"root", "", Role::kAdmin}, std::nullopt};
  access::Guard guard(tokens);
  const auto refused =
      Authorize(guard, {"thalweg.v1.OptimizationService", "Nothing"}, {"Bearer root"});
  EXPECT_EQ(refused.status().code(), absl::StatusCode::kPermissionDenied);
}

/// What a call came to: its first message, or why there is none.
struct Outcome {
  grpc::Status status;
  bool answered = false;
  std::string message;  // as bytes

  /// All that a stranger sees of it, ids taken out.
  std::string Seen(const std::string& id) const {
    return absl::StrReplaceAll(
        absl::StrCat(static_cast<int>(status.error_code()), " ", status.error_message(), " ",
                     status.error_details(), " ", message),
        {{id, "ID"}});
  }
};

class Counted final : public EventSink {
 public:
  void On(const AuthFailed& event) override { Add("auth " + event.reason); }
  void On(const QuotaRefused& event) override { Add("quota " + event.quota); }
  std::vector<std::string> all() {
    const std::lock_guard lock(mutex_);
    return all_;
  }

 private:
  void Add(const std::string& what) {
    const std::lock_guard lock(mutex_);
    all_.push_back(what);
  }
  std::mutex mutex_;
  std::vector<std::string> all_;
};

/// A real server with real books, and a token "<tenant>-<role>" for each role of two tenants.
class WithTokens : public testing::Test {
 protected:
  WithTokens() {
    ServerOptions options;
    options.address = "127.0.0.1:0";
    options.guard = &guard_;
    options.datasets = datasets_.get();
    options.incidents = [this](std::string_view line) { incidents_ += std::string(line); };
    server_ = *Server::Start(*runs_, *studies_, events_, options);
    server_->SetServing(true);
    channel_ = ChannelTo(server_->port());
  }
  ~WithTokens() override { server_.reset(); }

  static runs::RunBookOptions Small() {
    runs::RunBookOptions options;
    options.workers = 2;
    return options;
  }
  static access::Tokens Everyone(const access::Quotas& quotas = {}) {
    access::Tokens tokens;
    for (const char* tenant : {"vision", "speech"}) {
      for (const Role role : kRoles) {
        const std::string name = absl::StrCat(tenant, "-", std::string(RoleName(role)));
        tokens.by_digest[access::DigestOf(name)] = {{name, tenant, role}, std::nullopt};
      }
      tokens.quotas[tenant] = quotas;
    }
    return tokens;
  }

  /// Calls any RPC with these authorizations; a stream is left after its first message.
  Outcome Call(const std::string& method, const Message& request,
               const std::vector<std::string>& authorizations) {
    Context context;
    context.AddMetadata("x-request-id", "same");
    for (const std::string& value : authorizations) context.AddMetadata("authorization", value);
    grpc::CompletionQueue queue;
    grpc::GenericStub stub(channel_);
    auto call = stub.PrepareCall(&context, method, &queue);
    const auto done = [&queue] {
      void* tag = nullptr;
      bool ok = false;
      return queue.Next(&tag, &ok) && ok;
    };
    call->StartCall(nullptr);
    done();
    const grpc::Slice slice(request.SerializeAsString());
    call->WriteLast(grpc::ByteBuffer(&slice, 1), {}, nullptr);
    done();
    Outcome outcome;
    grpc::ByteBuffer answer;
    call->Read(&answer, nullptr);
    outcome.answered = done();
    if (outcome.answered) {
      grpc::Slice bytes;
      answer.DumpToSingleSlice(&bytes).ok();
      outcome.message = std::string(bytes.begin(), bytes.end());
      context.TryCancel();
    }
    call->Finish(&outcome.status, nullptr);
    done();
    queue.Shutdown();
    while (done()) {
    }
    return outcome;
  }
  Outcome CallAs(const std::string& name, const MethodDescriptor& method, const Message& request) {
    return Call(absl::StrCat("/", method.service()->full_name(), "/", method.name()), request,
                {"Bearer " + name});
  }

  /// A request that is about this run and this study, wherever it has a place for one.
  static std::unique_ptr<Message> RequestFor(const MethodDescriptor& method, const std::string& run,
                                             const std::string& study) {
    const auto* type = method.input_type();
    std::unique_ptr<Message> request(
        google::protobuf::MessageFactory::generated_factory()->GetPrototype(type)->New());
    const std::string& service = method.service()->name();
    const auto* reflection = request->GetReflection();
    if (const auto* name = type->FindFieldByName("name")) {
      const bool upload = type->name().find("Upload") != std::string::npos;
      reflection->SetString(request.get(), name,
                            service == "StudyService"     ? "studies/" + study
                            : service != "DatasetService" ? "runs/" + run
                            : upload                      ? "uploads/" + std::string(kMissing)
                                                          : "datasets/" + std::string(kMissing));
    }
    if (auto* sample = dynamic_cast<v1::SampleLandscapeRequest*>(request.get())) {
      sample->set_run("runs/" + run);
    }
    if (auto* watch = dynamic_cast<v1::WatchRequest*>(request.get())) {
      auto* subscription = watch->add_subscriptions();
      subscription->set_id("a");
      subscription->mutable_run()->set_name("runs/" + run);
    }
    return request;
  }

  std::string CreateRun(const std::string& token, int iterations = 3) {
    v1::CreateRunRequest request;
    request.mutable_run()->mutable_objective()->set_expression("x**2");
    (*request.mutable_run()->mutable_start()->mutable_values())["x"].add_values(1);
    auto& rule = *request.mutable_run()->add_stopping();
    rule.set_kind("iterations");
    (*rule.mutable_settings())["threshold"].set_number(iterations);
    const Outcome outcome =
        Call("/thalweg.v1.OptimizationService/CreateRun", request, {"Bearer " + token});
    v1::CreateRunResponse response;
    EXPECT_TRUE(outcome.answered && response.ParseFromString(outcome.message))
        << outcome.status.error_message();
    return response.run().name().substr(5);
  }
  std::string CreateStudy(const std::string& tenant) {
    studies::StudySpec spec;
    spec.base.tenant = tenant;
    spec.base.objective.expression = "x**2";
    spec.base.start = {{"x", {1}}};
    spec.base.optimizer = {"gradient_descent", {}};
    spec.base.stopping = {{"iterations", {{"threshold", 5.0}}}};
    spec.vary = {{"optimizer.settings[learning_rate]", {Setting(0.1), Setting(0.2)}}};
    const auto study = studies_->Create(spec, "", false);
    EXPECT_TRUE(study.ok()) << study.status();
    return study.ok() ? study->id : "";
  }

  access::Guard guard_{Everyone()};
  Counted events_;
  storage::MemoryStore store_;
  std::unique_ptr<runs::RunBook> runs_ = *runs::RunBook::Open(store_, events_, Small());
  std::unique_ptr<studies::StudyBook> studies_ =
      *studies::StudyBook::Open(*runs_, store_, events_, {});
  storage::MemoryTables tables_;
  std::unique_ptr<datasets::DatasetBook> datasets_ =
      *datasets::DatasetBook::Open(store_, tables_, events_, {});
  std::string incidents_;
  std::unique_ptr<Server> server_;
  std::shared_ptr<grpc::Channel> channel_;
};

TEST_F(WithTokens, EveryRpcGoesByItsRule) {
  for (const MethodDescriptor* method : AllMethods()) {
    const Rule rule = *RuleOf(method->service()->full_name(), method->name());
    const auto request = RequestFor(*method, kMissing, kMissing);
    for (const Role role : kRoles) {
      const std::string token = absl::StrCat("vision-", std::string(RoleName(role)));
      const Outcome outcome = CallAs(token, *method, *request);
      const std::string what = method->full_name() + " as " + token;
      EXPECT_NE(outcome.status.error_code(), grpc::UNAUTHENTICATED) << what;
      if (role < rule.least) {
        EXPECT_THAT(outcome.status, RefusedWith(grpc::PERMISSION_DENIED, "ROLE_TOO_LOW")) << what;
      } else {
        EXPECT_NE(outcome.status.error_code(), grpc::PERMISSION_DENIED) << what;
      }
    }
  }
}

TEST_F(WithTokens, EveryRpcIsRefusedWithoutAFitOne) {
  const std::string canary = "tw_GeheimesWortDasNiemandSehenDarf";
  for (const MethodDescriptor* method : AllMethods()) {
    const auto request = RequestFor(*method, kMissing, kMissing);
    const std::string path = absl::StrCat("/", method->service()->full_name(), "/", method->name());
    EXPECT_THAT(Call(path, *request, {}).status,
                RefusedWith(grpc::UNAUTHENTICATED, "TOKEN_MISSING"));
    const Outcome wrong = Call(path, *request, {"Bearer " + canary});
    EXPECT_THAT(wrong.status, RefusedWith(grpc::UNAUTHENTICATED, "TOKEN_INVALID"));
    EXPECT_THAT(wrong.Seen("-"), Not(HasSubstr("Geheim")));
    const Outcome twice = Call(path, *request, {"Bearer vision-user", "Bearer vision-user"});
    EXPECT_THAT(twice.status, RefusedWith(grpc::UNAUTHENTICATED, "TOKEN_INVALID"));
  }
  EXPECT_THAT(incidents_, Not(HasSubstr("Geheim")));
  EXPECT_THAT(events_.all(), Contains("auth token_missing"));
  EXPECT_THAT(events_.all(), Contains("auth token_invalid"));
}

TEST_F(WithTokens, EveryRpcTellsOfOthersWhatItTellsOfNone) {
  const std::string run = CreateRun("speech-user", 1'000'000'000);
  const std::string study = CreateStudy("speech");
  for (const MethodDescriptor* method : AllMethods()) {
    const Outcome of_others = CallAs("vision-user", *method, *RequestFor(*method, run, study));
    if (method->name() == "Watch") continue;  // its subjects end in the stream: below
    EXPECT_THAT(of_others.message, Not(HasSubstr(run))) << method->full_name();
    // What names nothing is no question of existence.
    const bool names = method->input_type()->FindFieldByName("name") != nullptr ||
                       method->name() == "SampleLandscape";
    const bool of_datasets = method->service()->name() == "DatasetService";  // dataset_service_test
    if (!names || of_datasets) continue;
    const Outcome of_none =
        CallAs("vision-user", *method, *RequestFor(*method, kMissing, kMissing));
    EXPECT_EQ(of_others.status.error_code(), grpc::NOT_FOUND) << method->full_name();
    const bool of_study = method->service()->name() == "StudyService";
    EXPECT_EQ(of_others.Seen(of_study ? study : run), of_none.Seen(kMissing))
        << method->full_name();
  }
  EXPECT_TRUE(runs_->Get(run).ok());
  EXPECT_TRUE(studies_->Get(study).ok());
}

TEST_F(WithTokens, AWatchOfManyTellsOfOthersWhatItTellsOfNone) {
  const std::string run = CreateRun("speech-user");
  const auto* method = v1::WatchRequest::descriptor()->file()->service(0)->method(0);
  const Outcome of_others = CallAs("vision-user", *method, *RequestFor(*method, run, ""));
  const Outcome of_none = CallAs("vision-user", *method, *RequestFor(*method, kMissing, ""));
  v1::WatchResponse others;
  v1::WatchResponse none;
  ASSERT_TRUE(others.ParseFromString(of_others.message)) << of_others.status.error_message();
  ASSERT_TRUE(none.ParseFromString(of_none.message)) << of_none.status.error_message();
  EXPECT_EQ(absl::StrReplaceAll(others.DebugString(), {{run, "ID"}}),
            absl::StrReplaceAll(none.DebugString(), {{kMissing, "ID"}}));
}

TEST_F(WithTokens, AnAdminSeesAllTenantsAndWhoseEachIs) {
  const std::string run = CreateRun("speech-user");
  v1::GetRunRequest request;
  request.set_name("runs/" + run);
  const Outcome outcome =
      Call("/thalweg.v1.OptimizationService/GetRun", request, {"Bearer vision-admin"});
  v1::GetRunResponse response;
  ASSERT_TRUE(outcome.answered && response.ParseFromString(outcome.message));
  EXPECT_EQ(response.run().tenant(), "speech");
}

TEST_F(WithTokens, ACallerIsToldWhoTheyAre) {
  const Outcome outcome = Call("/thalweg.v1.CatalogService/GetServerInfo",
                               v1::GetServerInfoRequest(), {"Bearer vision-viewer"});
  v1::GetServerInfoResponse response;
  ASSERT_TRUE(outcome.answered && response.ParseFromString(outcome.message));
  EXPECT_EQ(response.caller().name(), "vision-viewer");
  EXPECT_EQ(response.caller().tenant(), "vision");
  EXPECT_EQ(response.caller().role(), "viewer");
}

TEST_F(WithTokens, HealthIsOpen) {
  const auto health = Call("/grpc.health.v1.Health/Check", v1::GetServerInfoRequest(), {});
  EXPECT_TRUE(health.answered) << health.status.error_message();
}

TEST_F(WithTokens, OddHeadersHarmNobody) {
  for (const std::string& odd :
       {std::string(), std::string("Bearer"), std::string("Bearer "), std::string("Basic eDp5"),
        "Bearer " + std::string(10'000, 'x'), std::string("Bearer a,Bearer b"),
        std::string("Bearer  vision-user")}) {
    const Outcome outcome =
        Call("/thalweg.v1.CatalogService/GetServerInfo", v1::GetServerInfoRequest(), {odd});
    EXPECT_THAT(outcome.status, RefusedWith(grpc::UNAUTHENTICATED, "TOKEN_INVALID"))
        << odd.substr(0, 40);
  }
  // More than the metadata that the server takes: refused by gRPC itself, perhaps with the
  // connection.
  const Outcome huge = Call("/thalweg.v1.CatalogService/GetServerInfo", v1::GetServerInfoRequest(),
                            {"Bearer " + std::string(1 << 20, 'x')});
  EXPECT_FALSE(huge.answered);
  channel_ = ChannelTo(server_->port());
  EXPECT_TRUE(Call("/thalweg.v1.CatalogService/GetServerInfo", v1::GetServerInfoRequest(),
                   {"Bearer vision-user"})
                  .answered);
}

TEST_F(WithTokens, CallsBeyondAQuotaAreToldWhichAndWhenToComeAgain) {
  guard_.Replace(Everyone({.calls_per_second = 1, .burst = 1}));
  const auto ask = [this](const std::string& token) {
    return Call("/thalweg.v1.CatalogService/GetServerInfo", v1::GetServerInfoRequest(),
                {"Bearer " + token});
  };
  EXPECT_TRUE(ask("vision-user").answered);
  const Outcome refused = ask("vision-viewer");
  EXPECT_THAT(refused.status, RefusedWith(grpc::RESOURCE_EXHAUSTED, "QUOTA_EXCEEDED"));
  const auto metadata = DetailsOf(refused.status).info.metadata();
  EXPECT_EQ(metadata.at("quota"), "calls_per_second");
  EXPECT_EQ(metadata.at("limit"), "1");
  google::rpc::Status details;
  ASSERT_TRUE(details.ParseFromString(refused.status.error_details()));
  google::rpc::QuotaFailure failure;
  google::rpc::RetryInfo retry;
  for (const auto& any : details.details()) {
    any.UnpackTo(&failure);
    any.UnpackTo(&retry);
  }
  ASSERT_EQ(failure.violations_size(), 1);
  EXPECT_EQ(failure.violations(0).subject(), "tenant:vision");
  EXPECT_GT(retry.retry_delay().nanos(), 0);
  EXPECT_TRUE(ask("speech-user").answered);
  EXPECT_THAT(events_.all(), Contains("quota calls_per_second"));
}

TEST_F(WithTokens, OpenWatchesAreCountedWhileTheyLast) {
  guard_.Replace(Everyone({.open_watches = 1}));
  const std::string run = CreateRun("vision-user", 1'000'000'000);
  v1::WatchRunRequest request;
  request.set_name("runs/" + run);
  auto stub = v1::OptimizationService::NewStub(channel_);
  const auto watch = [&](Context& context) {
    context.AddMetadata("authorization", "Bearer vision-user");
    return stub->WatchRun(&context, request);
  };
  v1::WatchRunResponse response;
  {
    Context first;
    const auto open = watch(first);
    ASSERT_TRUE(open->Read(&response));
    Context second;
    const auto refused = watch(second);
    EXPECT_FALSE(refused->Read(&response));
    EXPECT_THAT(refused->Finish(), RefusedWith(grpc::RESOURCE_EXHAUSTED, "QUOTA_EXCEEDED"));
    first.TryCancel();
    open->Finish();
  }
  bool again = false;
  for (int i = 0; i < 1000 && !again; ++i) {  // gRPC tells the server a little later
    Context third;
    const auto open = watch(third);
    again = open->Read(&response);
    third.TryCancel();
    open->Finish();
  }
  EXPECT_TRUE(again);
}

}  // namespace
}  // namespace thalweg::rpc
