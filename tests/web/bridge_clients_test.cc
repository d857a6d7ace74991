// How the bridge meets clients that leave, that are slow, or that are many, and how it ends.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>
#include <utility>
#include <vector>

#include "server/web/rpc_answer.h"
#include "tests/web/support/bridge_fixture.h"

namespace thalweg::web {
namespace {

using namespace std::chrono_literals;
using namespace ::testing;
using namespace thalweg::testing;
using std::chrono::steady_clock;

#if defined(__SANITIZE_ADDRESS__)
constexpr int kCrowd = 200;
#else
constexpr int kCrowd = 2000;
#endif

enum class Transport { kPlain, kTls };

class BridgeClients : public BridgeTest, public WithParamInterface<Transport> {
 protected:
  BridgeClients() {
    if (GetParam() == Transport::kTls) SpeakTls();
  }
};

INSTANTIATE_TEST_SUITE_P(Over, BridgeClients, Values(Transport::kPlain, Transport::kTls),
                         [](const auto& kind) {
                           return kind.param == Transport::kTls ? "Tls" : "PlainText";
                         });

TEST_P(BridgeClients, CancelsTheCallOfAClientThatLeavesAnIdleStream) {
  StartServer();
  for (int i = 0; i < 20; ++i) {
    WebCaller caller = Connect();
    caller.Send(kIdle, "");
    EXPECT_THAT(caller.Head(), StartsWith("HTTP/1.1 200 "));
    ASSERT_EQ(service_.open(), 1);
    { const WebCaller gone = std::move(caller); }
    ASSERT_TRUE(Eventually([&] { return service_.open() == 0; }));
  }
  EXPECT_EQ(service_.cancelled(), 20);
}

TEST_P(BridgeClients, CancelsTheCallOfAClientThatLeavesAmidMessages) {
  StartServer();
  for (int i = 0; i < 20; ++i) {
    WebCaller caller = Connect();
    caller.Send(kFlood, i % 2 ? "100000" : "10");
    for (int k = 0; k < i; ++k)
      ASSERT_TRUE(k == 0 ? !caller.Head().empty() : caller.Next().has_value());
  }
  EXPECT_TRUE(Eventually([&] { return service_.open() == 0; }));
  EXPECT_EQ(service_.cancelled(), 20);
}

TEST_P(BridgeClients, LetsGoOfEveryCallWhereverItsClientLeaves) {
  StartServer();
  for (int i = 0; i < 300; ++i) {
    RawClient client = Open();
    client.Send(Post(kFlood, Framed("200000")));  // a second message is more than enough to wait
    std::this_thread::sleep_for(std::chrono::microseconds(3 * i));
  }
  const auto start = steady_clock::now();

  server_->Stop(0ms);  // waits for calls that gRPC still has

  EXPECT_LT(steady_clock::now() - start, 5s);
  EXPECT_TRUE(Eventually([&] { return service_.open() == 0; }));
}

TEST_P(BridgeClients, CancelsNothingBecauseOfBytesThatBelongToTheNextRequest) {
  StartServer();
  WebCaller caller = Connect();
  caller.Send(kIdle, "", "grpc-timeout: 400m\r\n");
  caller.Head();
  const std::string next = Post(kEcho, Framed(std::string(100'000, 'n')));
  for (size_t at = 0; at < next.size(); at += 9000) {
    caller.raw().Send(next.substr(at, 9000));
    std::this_thread::sleep_for(5ms);
  }
  EXPECT_EQ(service_.open(), 1);

  const auto end = caller.Next();
  ASSERT_TRUE(end && end->trailers);
  EXPECT_THAT(end->bytes, StartsWith("grpc-status: 4\r\n"));
  EXPECT_FALSE(caller.Next());
  EXPECT_EQ(caller.Finish().messages, std::string(100'000, 'n'));
}

TEST_P(BridgeClients, HoldsLittleForAClientThatReadsSlowlyAndGoesOnWhenItReads) {
  StartServer();
  WebCaller caller = Connect();
  caller.raw().LimitBuffer(64 << 10);
  caller.Send(kFlood, "1000");
  int64_t sent = -1;
  ASSERT_TRUE(Eventually([&] {
    const int64_t before = std::exchange(sent, service_.sent());
    std::this_thread::sleep_for(100ms);
    return sent > 0 && sent == before;
  }));
  EXPECT_LT(sent, 8'000);  // 8 MB, most of which the kernel holds

  caller.Head();
  for (int64_t i = 0; i < 50'000; ++i) {
    const auto frame = caller.Next();
    ASSERT_TRUE(frame);
    ASSERT_EQ(std::stol(frame->bytes.substr(0, 8)), i);
  }
}

TEST_P(BridgeClients, CutsOffAClientThatTakesNothing) {
  options_.write_timeout = 300ms;
  StartServer();
  WebCaller deaf = Connect();
  deaf.Send(kFlood, "100000");
  EXPECT_TRUE(Eventually([&] { return service_.open() == 1; }));
  EXPECT_TRUE(Eventually([&] { return service_.open() == 0; }));
}

TEST_P(BridgeClients, KeepsAStreamThatIsSilentForLong) {
  options_.write_timeout = options_.idle_timeout = options_.request_timeout = 100ms;
  StartServer();
  WebCaller patient = Connect();
  patient.Send(kIdle, "");
  patient.Head();
  EXPECT_FALSE(patient.raw().HasNews(500ms));
  EXPECT_EQ(service_.open(), 1);
}

TEST_P(BridgeClients, HoldsACrowdOfIdleStreamsOnTwoThreads) {
  StartServer();
  {
    std::vector<WebCaller> crowd;
    for (int i = 0; i < kCrowd; ++i) {
      crowd.push_back(Connect());
      crowd.back().Send(kIdle, "");
    }
    for (WebCaller& each : crowd) ASSERT_THAT(each.Head(), StartsWith("HTTP/1.1 200 "));
    EXPECT_EQ(service_.open(), kCrowd);
    EXPECT_EQ(Call(kEcho, "still quick").messages, "still quick");
  }
  EXPECT_TRUE(Eventually([&] { return service_.open() == 0; }));
}

TEST_P(BridgeClients, SurvivesClientsThatLeaveAtAnyMoment) {
  StartServer();
  const std::string request = Post(kFlood, Framed("100"));
  {
    std::vector<std::jthread> threads;
    for (size_t t = 0; t < 4; ++t) {
      threads.emplace_back([&, t] {
        for (size_t i = t; i < 400; i += 4) {
          RawClient client = Open();
          client.Send(request.substr(0, 1 + i % request.size()));
          if (i % 3 == 0) client.CloseWriting();
          if (i % 5 == 0) client.HasNews(2ms);
        }
      });
    }
  }
  EXPECT_TRUE(Eventually([&] { return service_.open() == 0; }));
  EXPECT_EQ(Call(kEcho, "alive").messages, "alive");
}

// The end of the server.

TEST_P(BridgeClients, EndsWithStreamsOpen) {
  StartServer();
  std::vector<WebCaller> open;
  for (int i = 0; i < 50; ++i) {
    open.push_back(Connect());
    open.back().Send(i % 2 ? kFlood : kIdle, "1000");
    open.back().Head();
  }

  server_->Stop(50ms);

  EXPECT_TRUE(Eventually([&] { return service_.open() == 0; }));
  EXPECT_TRUE(open[0].raw().ClosesWithin(2s));
}

TEST_P(BridgeClients, LetsACallEndBeforeItStops) {
  StartServer();
  WebCaller caller = Connect();
  caller.Send(kIdle, "", "grpc-timeout: 300m\r\n");
  caller.Head();

  server_->Stop(10s);

  const auto end = caller.Next();
  ASSERT_TRUE(end && end->trailers);
  EXPECT_THAT(end->bytes, StartsWith("grpc-status: 4\r\n"));
}

}  // namespace
}  // namespace thalweg::web
