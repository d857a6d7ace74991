// Calls: repeated while it is safe, refused with every detail.
#include "client/cpp/client.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "client/cpp/build.h"
#include "client/cpp/channel.h"
#include "client/cpp/request_id.h"
#include "tests/client/fake_server.h"

namespace thalweg::client {
namespace {

using ::testing::HasSubstr;
using ::testing::SizeIs;
using thalweg::testing::FakeServer;
using thalweg::testing::Refusal;

TEST(CreateRun, IsRepeatedWithTheSameRequestIdWhileTheServerIsUnavailable) {
  const FakeServer server({.unavailable_creates = 3});

  const auto run = (*Client::Connect(server.address())).CreateRun(Minimize("x**2").Start("x", 1));

  ASSERT_TRUE(run.ok()) << run.error().Text();
  EXPECT_EQ(run->name(), "runs/a");
  const auto creates = server.creates();
  ASSERT_THAT(creates, SizeIs(4));
  EXPECT_THAT(creates[0].request_id(), SizeIs(36));
  for (const auto& create : creates) EXPECT_EQ(create.request_id(), creates[0].request_id());
}

TEST(CreateRun, IsNotRepeatedForEver) {
  const FakeServer server({.unavailable_creates = 100});

  const auto run = (*Client::Connect(server.address())).CreateRun(Minimize("x**2"));

  ASSERT_FALSE(run.ok());
  EXPECT_EQ(run.error().code, grpc::StatusCode::UNAVAILABLE);
  EXPECT_THAT(server.creates(), SizeIs(4));
}

TEST(CreateRun, SendsTheRequestIdItIsGiven) {
  const FakeServer server({});

  const auto run = (*Client::Connect(server.address())).CreateRun(Minimize("x"), {}, "mine");

  ASSERT_TRUE(run.ok());
  EXPECT_EQ(server.creates()[0].request_id(), "mine");
}

TEST(Errors, CarryCodeMessageViolationsAndReason) {
  const FakeServer server(
      {.refuse_create = Refusal("run.optimizer.settings[learning_rate]", "-1 is not in (0, inf)")});

  const auto run = (*Client::Connect(server.address())).CreateRun(Minimize("x"));

  ASSERT_FALSE(run.ok());
  EXPECT_EQ(run.error().code, grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_THAT(run.error().message, HasSubstr("is not in"));
  ASSERT_THAT(run.error().violations, SizeIs(1));
  EXPECT_EQ(run.error().violations[0].field, "run.optimizer.settings[learning_rate]");
  EXPECT_EQ(run.error().violations[0].description, "-1 is not in (0, inf)");
  EXPECT_EQ(run.error().reason, "INVALID_VALUE");
}

TEST(Errors, StandWithoutDetailsOrWithBrokenOnes) {
  const Error bare = ErrorFrom({grpc::StatusCode::NOT_FOUND, "no such run"});
  const Error broken = ErrorFrom({grpc::StatusCode::NOT_FOUND, "no such run", "\xff\xff"});

  for (const Error& error : {bare, broken}) {
    EXPECT_EQ(error.Text(), "NOT_FOUND: no such run");
    EXPECT_THAT(error.violations, SizeIs(0));
  }
}

TEST(Call, EndsAtItsDeadlineEvenWhenNobodyAnswers) {
  const auto begin = std::chrono::steady_clock::now();

  const auto run = (*Client::Connect("192.0.2.1:50051"))
                       .GetRun("a", {.timeout = std::chrono::milliseconds(200)});

  EXPECT_FALSE(run.ok());
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(5));
}

TEST(Call, EndsWhenItIsStopped) {
  std::stop_source stop;
  stop.request_stop();
  const FakeServer server({});

  const auto run =
      (*Client::Connect(server.address()))
          .GetRun("a", {.timeout = std::chrono::seconds(30), .stop = stop.get_token()});

  ASSERT_FALSE(run.ok());
  EXPECT_EQ(run.error().code, grpc::StatusCode::CANCELLED);
}

TEST(ServerAddress, CompletesWhatIsShort) {
  EXPECT_EQ(*ServerAddress("example.org"), "example.org:50051");
  EXPECT_EQ(*ServerAddress("example.org:1"), "example.org:1");
  EXPECT_EQ(*ServerAddress("::1"), "[::1]:50051");
  EXPECT_EQ(*ServerAddress("[::1]"), "[::1]:50051");
  EXPECT_EQ(*ServerAddress("[::1]:7"), "[::1]:7");
  EXPECT_EQ(*ServerAddress("dns:///example.org:1"), "dns:///example.org:1");
}

TEST(ServerAddress, IsTakenFromTheEnvironmentWhenNoneIsGiven) {
  setenv("THALWEG_SERVER", "cluster:9", 1);
  EXPECT_EQ(*ServerAddress(""), "cluster:9");
  EXPECT_EQ(*ServerAddress("own:1"), "own:1");
  unsetenv("THALWEG_SERVER");
  EXPECT_EQ(*ServerAddress(""), "localhost:50051");
}

TEST(ServerAddress, SaysWhatIsWrong) {
  EXPECT_THAT(ServerAddress("http://example.org").error().message,
              HasSubstr("'http://example.org': is written without a scheme; allowed: host:port"));
  EXPECT_THAT(ServerAddress("example.org:99999").error().message, HasSubstr("not 1 to 65535"));
  EXPECT_THAT(ServerAddress("example.org:").error().message, HasSubstr("not 1 to 65535"));
}

TEST(RequestId, IsARandomUuid) {
  const std::string id = RandomRequestId();

  constexpr std::string_view kPattern =
      "hhhhhhhh-hhhh-4hhh-vhhh-hhhhhhhhhhhh";  // RFC 4122, version 4
  ASSERT_EQ(id.size(), kPattern.size()) << id;
  for (size_t i = 0; i < kPattern.size(); ++i) {
    const std::string_view allowed = kPattern[i] == 'h'   ? "0123456789abcdef"
                                     : kPattern[i] == 'v' ? "89ab"
                                                          : kPattern.substr(i, 1);
    EXPECT_NE(allowed.find(id[i]), std::string_view::npos) << id << " at " << i;
  }
  EXPECT_NE(id, RandomRequestId());
}

TEST(Builders, MakeTheRunTheySay) {
  const v1::Run run = Maximize("a*x")
                          .Parameter("a", 3)
                          .Start("x", std::vector<double>{1})
                          .Optimizer(Part("adam")
                                         .Set("learning_rate", Part("cosine").Set("steps", 100))
                                         .Set("amsgrad", true)
                                         .Set("norm", "max"))
                          .StopWhen(Part("value_change").Set("threshold", 1e-8))
                          .Seed(7);

  EXPECT_EQ(run.objective().direction(), v1::DIRECTION_MAXIMIZE);
  EXPECT_EQ(run.objective().parameters().at("a").shape_size(), 0);
  EXPECT_EQ(run.start().values().at("x").shape(0), 1);  // a vector of one, not a scalar
  const auto& settings = run.optimizer().settings();
  EXPECT_EQ(settings.at("learning_rate").part().settings().at("steps").number(), 100);
  EXPECT_TRUE(settings.at("amsgrad").flag());
  EXPECT_EQ(settings.at("norm").text(), "max");
  EXPECT_EQ(run.stopping(0).settings().at("threshold").number(), 1e-8);
  EXPECT_EQ(run.seed(), 7u);
}

}  // namespace
}  // namespace thalweg::client
