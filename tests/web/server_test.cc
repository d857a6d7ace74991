#include "server/web/server.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <vector>

#include "server/web/pages.h"
#include "tests/web/support/raw_client.h"

namespace thalweg::web {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using std::chrono::steady_clock;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;
using testing::RawClient;
using ::testing::StartsWith;

const char kGet[] = "GET /healthz HTTP/1.1\r\nHost: test\r\n\r\n";

class WebServer : public ::testing::Test {
 protected:
  WebServer() {
    options_.address = "127.0.0.1:0";
    options_.threads = 2;
  }

  void StartServer() {
    Router router = MakeRouter({.version = "9.9 <b>",
                                .grpc_address = "127.0.0.1:50051",
                                .metrics = [] { return std::string("some_metric 1\n"); },
                                .why_not_ready = [this] { return draining_ ? "draining" : ""; }});
    router.Add("GET", "/large", [](const Request&) {
      return Response{.body = std::string(64 << 20, 'x'), .headers = {}};
    });
    router.Add("GET", "/slow", [this](const Request&) {
      in_handler_ = true;
      std::this_thread::sleep_for(milliseconds(300));
      return Response{.body = "slow\n", .headers = {}};
    });
    router.Add("POST", "/echo", [](const Request& request) {
      return Response{.body = std::string(request.query) + ":" + std::string(request.body),
                      .headers = {}};
    });
    auto server = Server::Start(options_, std::move(router));
    ASSERT_TRUE(server.ok()) << server.status();
    server_ = *std::move(server);
  }

  RawClient Connect() const { return RawClient(server_->address()); }

  std::string Ask(const std::string& request, bool head_only = false) const {
    RawClient client = Connect();
    client.Send(request);
    return client.ReadAnswer(head_only);
  }
  std::string Get(const std::string& path) const {
    return Ask("GET " + path + " HTTP/1.1\r\nHost: test\r\n\r\n");
  }

  ServerOptions options_;
  std::atomic<bool> draining_ = false;
  std::atomic<bool> in_handler_ = false;
  std::unique_ptr<Server> server_;
};

TEST_F(WebServer, SaysWhereItListens) {
  StartServer();
  EXPECT_THAT(server_->address(), StartsWith("127.0.0.1:"));
  EXPECT_THAT(server_->address(), Not(EndsWith(":0")));
}

TEST_F(WebServer, ServesMetricsAsPrometheusWantsThem) {
  StartServer();
  const std::string answer = Get("/metrics");
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 200 OK\r\n"));
  EXPECT_THAT(answer, HasSubstr("Content-Type: text/plain; version=0.0.4; charset=utf-8\r\n"));
  EXPECT_THAT(answer, EndsWith("\r\n\r\nsome_metric 1\n"));
}

TEST_F(WebServer, IsAliveAlsoWhenItIsNotReady) {
  StartServer();
  EXPECT_THAT(Get("/readyz"), AllOf(StartsWith("HTTP/1.1 200 "), EndsWith("ready\n")));

  draining_ = true;

  EXPECT_THAT(Get("/readyz"), AllOf(StartsWith("HTTP/1.1 503 "), EndsWith("draining\n")));
  EXPECT_THAT(Get("/healthz"), AllOf(StartsWith("HTTP/1.1 200 "), EndsWith("ok\n")));
}

TEST_F(WebServer, WelcomesPeopleWithItsAddressesEscaped) {
  StartServer();
  const std::string page = Get("/");
  EXPECT_THAT(page, HasSubstr("Content-Type: text/html"));
  EXPECT_THAT(page, HasSubstr("<code>127.0.0.1:50051</code>"));
  EXPECT_THAT(page, HasSubstr("9.9 &lt;b&gt;"));
  EXPECT_THAT(page, HasSubstr("href=\"/metrics\""));
}

TEST_F(WebServer, TellsBrowsersToBeCareful) {
  StartServer();
  for (const char* path : {"/", "/metrics", "/nowhere"}) {
    const std::string answer = Get(path);
    EXPECT_THAT(answer, HasSubstr("X-Content-Type-Options: nosniff\r\n"));
    EXPECT_THAT(answer, HasSubstr("X-Frame-Options: DENY\r\n"));
    EXPECT_THAT(answer, HasSubstr("Content-Security-Policy: default-src 'none'"));
  }
}

TEST_F(WebServer, AnswersHeadWithoutABody) {
  StartServer();
  const std::string answer =
      Ask("HEAD /metrics HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n", /*head_only=*/true);
  EXPECT_THAT(answer, HasSubstr("Content-Length: 14\r\n"));
  EXPECT_THAT(answer, EndsWith("\r\n\r\n"));
}

TEST_F(WebServer, RefusesUnknownPathsAndMethods) {
  StartServer();
  EXPECT_THAT(Get("/nowhere"), StartsWith("HTTP/1.1 404 "));
  const std::string answer = Ask("DELETE /metrics HTTP/1.1\r\nHost: test\r\n\r\n");
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 405 "));
  EXPECT_THAT(answer, HasSubstr("Allow: GET, HEAD\r\n"));
}

TEST_F(WebServer, HandsOnQueryAndBody) {
  StartServer();
  EXPECT_THAT(Ask("POST /echo?a=1 HTTP/1.1\r\nHost: t\r\nContent-Length: 5\r\n\r\nhello"),
              EndsWith("\r\n\r\na=1:hello"));
}

TEST_F(WebServer, UnderstandsTheFormOfRequestsToProxies) {
  StartServer();
  EXPECT_THAT(Get("http://test:80/healthz"), StartsWith("HTTP/1.1 200 "));
  EXPECT_THAT(Get("http://test"), StartsWith("HTTP/1.1 404 "));
}

TEST_F(WebServer, KeepsAConnectionForSeveralRequests) {
  StartServer();
  RawClient client = Connect();
  for (int i = 0; i < 3; ++i) {
    client.Send(kGet);
    EXPECT_THAT(client.ReadAnswer(), EndsWith("ok\n"));
  }
}

TEST_F(WebServer, ClosesWhenAskedTo) {
  StartServer();
  RawClient client = Connect();
  client.Send("GET /healthz HTTP/1.1\r\nHost: t\r\nConnection: close\r\n\r\n");
  EXPECT_THAT(client.ReadAnswer(), HasSubstr("Connection: close\r\n"));
  EXPECT_TRUE(client.ClosesWithin(seconds(2)));
}

TEST_F(WebServer, AnswersPipelinedRequestsInOrder) {
  StartServer();
  RawClient client = Connect();
  client.Send(std::string(kGet) + "GET /nowhere HTTP/1.1\r\nHost: t\r\n\r\n" + kGet);
  EXPECT_THAT(client.ReadAnswer(), StartsWith("HTTP/1.1 200 "));
  EXPECT_THAT(client.ReadAnswer(), StartsWith("HTTP/1.1 404 "));
  EXPECT_THAT(client.ReadAnswer(), StartsWith("HTTP/1.1 200 "));
}

TEST_F(WebServer, RefusesAHeaderThatIsTooLarge) {
  StartServer();
  EXPECT_THAT(Ask("GET / HTTP/1.1\r\nX: " + std::string(9 << 10, 'x') + "\r\n\r\n"),
              StartsWith("HTTP/1.1 431 "));
  EXPECT_THAT(Ask("GET / HTTP/1.1\r\nX: " + std::string(1 << 20, 'x')),
              StartsWith("HTTP/1.1 431 "));
}

TEST_F(WebServer, TakesTheRestOfWhatItRefusesSoThatTheClientSeesTheAnswer) {
  StartServer();
  RawClient client = Connect();
  EXPECT_TRUE(client.Send("GET / HTTP/1.1\r\nX: " + std::string(16 << 20, 'x')));
  EXPECT_THAT(client.ReadAnswer(), StartsWith("HTTP/1.1 431 "));
}

TEST_F(WebServer, RefusesABodyThatIsTooLargeBeforeItComes) {
  StartServer();
  EXPECT_THAT(Ask("POST /echo HTTP/1.1\r\nHost: t\r\nContent-Length: 65537\r\n\r\n"),
              StartsWith("HTTP/1.1 413 "));
}

TEST_F(WebServer, RefusesWhatIsNotHttp) {
  StartServer();
  for (const char* nonsense :
       {"\r\n\r\n\r\n", "GET\r\n\r\n", "PRI * HTTP/2.0\r\n\r\n", "\x16\x03\x01\x02\r\n\r\n",
        "GET / HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
        "GET / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nx"}) {
    EXPECT_THAT(Ask(nonsense), StartsWith("HTTP/1.1 400 ")) << nonsense;
  }
  EXPECT_THAT(Get("/healthz"), StartsWith("HTTP/1.1 200 "));
}

TEST_F(WebServer, DoesNotWaitForAClientThatDripsItsRequest) {
  options_.request_timeout = milliseconds(300);
  StartServer();
  RawClient client = Connect();
  const auto start = steady_clock::now();

  while (client.Send("G") && steady_clock::now() < start + seconds(5)) {
    std::this_thread::sleep_for(milliseconds(50));
  }

  EXPECT_LT(steady_clock::now(), start + seconds(2));
}

TEST_F(WebServer, DoesNotWaitForAnIdleClient) {
  options_.idle_timeout = milliseconds(200);
  StartServer();
  RawClient client = Connect();
  client.Send(kGet);
  client.ReadAnswer();
  EXPECT_TRUE(client.ClosesWithin(seconds(2)));
}

TEST_F(WebServer, DoesNotWaitForAClientThatTakesNoAnswer) {
  options_.write_timeout = milliseconds(300);
  options_.max_connections = 1;
  StartServer();
  RawClient deaf = Connect();
  deaf.Send("GET /large HTTP/1.1\r\nHost: t\r\n\r\n");

  std::string answer;
  for (int i = 0; i < 50 && answer.rfind("HTTP/1.1 200 ", 0) != 0; ++i) {
    std::this_thread::sleep_for(milliseconds(50));
    answer = Get("/healthz");
  }

  EXPECT_THAT(answer, StartsWith("HTTP/1.1 200 "));
}

TEST_F(WebServer, TurnsAwayConnectionsAboveItsLimitAndRecovers) {
  options_.max_connections = 8;
  StartServer();
  {
    std::vector<RawClient> held;
    for (int i = 0; i < 8; ++i) {
      held.push_back(Connect());
      held.back().Send(kGet);
      EXPECT_THAT(held.back().ReadAnswer(), StartsWith("HTTP/1.1 200 "));
    }
    EXPECT_THAT(Connect().ReadAnswer(),
                AllOf(StartsWith("HTTP/1.1 503 "), EndsWith("too many connections\n")));
    held.front().Send(kGet);
    EXPECT_THAT(held.front().ReadAnswer(), StartsWith("HTTP/1.1 200 "));
  }

  std::string answer;
  for (int i = 0; i < 100 && answer.rfind("HTTP/1.1 200 ", 0) != 0; ++i) answer = Get("/healthz");
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 200 "));
}

TEST_F(WebServer, ServesManyClientsAtOnce) {
  StartServer();
  std::atomic<int> answered = 0;
  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < 4; ++t) {
      threads.emplace_back([&] {
        for (int i = 0; i < 250; ++i) {
          if (Get("/metrics").rfind("HTTP/1.1 200 ", 0) == 0) ++answered;
        }
      });
    }
  }
  EXPECT_EQ(answered, 1000);
}

TEST_F(WebServer, SurvivesClientsThatLeaveInTheMiddle) {
  StartServer();
  for (int i = 0; i < 200; ++i) {
    RawClient client = Connect();
    client.Send(i % 2 ? "GET /large HTTP/1.1\r\nHost: t\r\n\r\n" : "GET /hea");
  }
  EXPECT_THAT(Get("/healthz"), StartsWith("HTTP/1.1 200 "));
}

TEST_F(WebServer, StopsAtOnceThoughClientsSitIdle) {
  StartServer();
  RawClient idle = Connect();
  idle.Send(kGet);
  idle.ReadAnswer();
  const auto start = steady_clock::now();

  server_->Stop(seconds(10));

  EXPECT_LT(steady_clock::now() - start, seconds(2));
  EXPECT_TRUE(idle.ClosesWithin(seconds(1)));
}

TEST_F(WebServer, StopsWithinItsGraceThoughAClientHangs) {
  StartServer();
  RawClient hanging = Connect();
  hanging.Send("GET /hea");
  RawClient deaf = Connect();
  deaf.Send("GET /large HTTP/1.1\r\nHost: t\r\n\r\n");
  std::this_thread::sleep_for(milliseconds(50));
  const auto start = steady_clock::now();

  server_->Stop(milliseconds(300));

  EXPECT_LT(steady_clock::now() - start, seconds(2));
}

TEST_F(WebServer, AnswersWhatHasBegunBeforeItStops) {
  StartServer();
  RawClient client = Connect();
  client.Send("GET /slow HTTP/1.1\r\nHost: t\r\n\r\n");
  while (!in_handler_) std::this_thread::yield();

  server_->Stop(seconds(5));

  EXPECT_THAT(client.ReadAnswer(), AllOf(StartsWith("HTTP/1.1 200 "),
                                         HasSubstr("Connection: close"), EndsWith("slow\n")));
  EXPECT_THROW(Connect(), std::runtime_error);
}

TEST_F(WebServer, NamesThePortThatIsTaken) {
  StartServer();
  options_.address = server_->address();

  const auto second = Server::Start(options_, Router());

  EXPECT_EQ(second.status().code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(second.status().message(),
            "cannot listen on " + server_->address() + ": Address already in use");
}

TEST(WebServerAddress, MustBeHostAndPort) {
  for (const char* wrong : {"", "host", "host:", "host:x", "host:65536", "host:-1"}) {
    const auto server = Server::Start({.address = wrong}, Router());
    EXPECT_EQ(server.status().code(), absl::StatusCode::kInvalidArgument) << wrong;
  }
}

TEST(WebServerAddress, MayBeOfIpv6) {
  const auto server = Server::Start({.address = "[::1]:0"}, Router());
  ASSERT_TRUE(server.ok()) << server.status();
  EXPECT_THAT((*server)->address(), StartsWith("[::1]:"));
}

}  // namespace
}  // namespace thalweg::web
