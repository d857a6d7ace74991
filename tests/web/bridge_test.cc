// The bridge between browsers and gRPC: what passes, what is refused, and which pages may call.

#include "server/web/bridge.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>
#include <vector>

#include "tests/web/support/bridge_fixture.h"

namespace thalweg::web {
namespace {

using namespace std::chrono_literals;
using namespace ::testing;
using namespace thalweg::testing;

// What passes.

TEST_F(BridgeTest, CarriesAMessageThereAndBack) {
  StartServer();
  for (const std::string& message : {std::string(), std::string("hello"),
                                     std::string("\0\xFF\r\n", 4), std::string(3 << 20, 'x')}) {
    const WebAnswer answer = Call(kEcho, message);
    EXPECT_THAT(answer.head, StartsWith("HTTP/1.1 200 OK\r\n"));
    EXPECT_THAT(answer.head, HasSubstr("\r\nContent-Type: application/grpc-web+proto\r\n"));
    EXPECT_EQ(answer.messages, message);
    EXPECT_EQ(answer.trailers, "grpc-status: 0\r\n");
  }
}

TEST_F(BridgeTest, CarriesMetadataErrorsAndDetails) {
  StartServer();
  const WebAnswer answer = Call(kTell, "",
                                "Name: Value\r\nBlob-Bin: AP8=\r\nX-User-Agent: me\r\n"
                                "Accept: */*\r\nSec-Fetch-Site: same-origin\r\nCookie: a=b\r\n"
                                "Accept-Language: de\r\nUser-Agent: Browser\r\n");

  EXPECT_THAT(answer.messages, HasSubstr("name=Value\n"));
  EXPECT_THAT(answer.messages, HasSubstr(std::string("blob-bin=\0\xFF\n", 12)));
  EXPECT_THAT(answer.messages, HasSubstr("x-user-agent=me\n"));
  for (const char* browsers_own : {"sec-", "cookie", "accept=", "accept-language", "Browser",
                                   "host=", "content-", "x-grpc-web"}) {
    EXPECT_THAT(answer.messages, Not(HasSubstr(browsers_own)));
  }
  EXPECT_THAT(answer.head, HasSubstr("\r\nearly: in the header\r\n"));
  EXPECT_EQ(answer.status(), grpc::DATA_LOSS);
  EXPECT_EQ(answer.message(), "50 %25%0D%0Agone: %C3%A9");
  EXPECT_EQ(WebAnswer::LineOf(answer.trailers, "grpc-status-details-bin"), "AGQ=");
  EXPECT_EQ(WebAnswer::LineOf(answer.trailers, "late"), "in the trailers");
  EXPECT_EQ(WebAnswer::LineOf(answer.trailers, "late-bin"), "AP8=");
}

TEST_F(BridgeTest, HandsOnTheDeadline) {
  StartServer();
  EXPECT_THAT(Call(kTell, "", "grpc-timeout: 20S\r\n").messages, HasSubstr("seconds left=20\n"));
  EXPECT_THAT(Call(kTell, "", "grpc-timeout: 99999999H\r\n").messages,
              Not(HasSubstr("seconds left")));

  const WebAnswer late = Call(kIdle, "", "Grpc-Timeout: 100m\r\n");

  EXPECT_EQ(late.status(), grpc::DEADLINE_EXCEEDED) << late.trailers;
  EXPECT_TRUE(Eventually([&] { return service_.open() == 0; }));
}

TEST_F(BridgeTest, TakesOneCallAfterAnotherOnAConnection) {
  StartServer();
  WebCaller caller = Connect();
  for (int i = 0; i < 100; ++i) {
    EXPECT_EQ(caller.Call(kEcho, std::to_string(i)).messages, std::to_string(i));
  }
  caller.raw().Send("GET /healthz HTTP/1.1\r\nHost: t\r\n\r\n");
  EXPECT_THAT(caller.Head(), StartsWith("HTTP/1.1 200 OK\r\n"));
}

TEST_F(BridgeTest, AnswersPipelinedCallsInOrder) {
  StartServer();
  WebCaller caller = Connect();
  std::string requests;
  for (int i = 0; i < 50; ++i)
    requests += Post(kEcho, Framed(std::to_string(i) + std::string(999, '.')));
  caller.raw().Send(requests);
  for (int i = 0; i < 50; ++i) {
    EXPECT_THAT(caller.Finish().messages, StartsWith(std::to_string(i) + "."));
  }
}

TEST_F(BridgeTest, ClosesWhenAskedTo) {
  StartServer();
  WebCaller caller = Connect();
  const WebAnswer answer = caller.Call(kEcho, "x", "Connection: close\r\n");
  EXPECT_THAT(answer.head, HasSubstr("\r\nConnection: close\r\n"));
  EXPECT_EQ(answer.messages, "x");
  EXPECT_TRUE(caller.raw().ClosesWithin(2s));
}

TEST_F(BridgeTest, StreamsWithoutLossWhateverTheSizeOfMessages) {
  StartServer();
  for (const int size : {8, 1000, 1 << 20}) {
    WebCaller caller = Connect();
    caller.Send(kFlood, std::to_string(size));
    caller.Head();
    for (int64_t i = 0; i < (size > 1000 ? 100 : 20'000); ++i) {
      const auto frame = caller.Next();
      ASSERT_TRUE(frame);
      ASSERT_EQ(frame->bytes.size(), size);
      ASSERT_EQ(std::stol(frame->bytes.substr(0, 8)), i);
    }
  }
}

// What is refused.

TEST_F(BridgeTest, RefusesBodiesThatAreNoMessage) {
  StartServer();
  struct Case {
    std::string body;
    grpc::StatusCode code;
    std::string why;
  };
  const std::string hello = Framed("hello");
  const std::vector<Case> cases = {
      {"", grpc::INVALID_ARGUMENT, "0 bytes; a gRPC-Web frame has at least 5"},
      {hello.substr(0, 4), grpc::INVALID_ARGUMENT, "4 bytes; a gRPC-Web frame has at least 5"},
      {hello.substr(0, 9), grpc::INVALID_ARGUMENT, "frame of 5 bytes, of which 4 came"},
      {std::string("\0\xFF\xFF\xFF\xFF", 5) + "hello", grpc::INVALID_ARGUMENT,
       "frame of 4294967295 bytes, of which 5 came"},
      {hello + "x", grpc::UNIMPLEMENTED, "1 bytes behind the first message"},
      {hello + hello, grpc::UNIMPLEMENTED, "10 bytes behind the first message"},
      {Framed("hello", '\1'), grpc::UNIMPLEMENTED, "compressed messages are not supported"},
      {Framed("hello", '\x80'), grpc::INVALID_ARGUMENT, "frame with flags 128"},
  };
  WebCaller caller = Connect();  // the same for all: the connection is none the worse for it
  for (const Case& each : cases) {
    caller.raw().Send(Post(kEcho, each.body));
    const WebAnswer answer = caller.Finish();
    EXPECT_THAT(answer.head, StartsWith("HTTP/1.1 200 OK\r\n"));
    EXPECT_THAT(answer.head, HasSubstr("Content-Type: application/grpc-web+proto\r\n"));
    EXPECT_EQ(answer.status(), each.code) << each.why;
    EXPECT_THAT(answer.message(), HasSubstr("request body: " + each.why));
    EXPECT_THAT(answer.messages, IsEmpty());
  }
  EXPECT_EQ(caller.Call(kEcho, "fine").messages, "fine");
}

TEST_F(BridgeTest, RefusesHeadersThatGrpcWouldNotTake) {
  StartServer();
  EXPECT_THAT(Call(kEcho, "", "grpc-timeout: soon\r\n").message(),
              StartsWith("grpc-timeout: 'soon' is not 1 to 8 digits"));
  EXPECT_THAT(Call(kEcho, "", "data-bin: ***\r\n").message(),
              HasSubstr("metadata 'data-bin': not base64"));
  EXPECT_THAT(Call(kEcho, "", "na!me: x\r\n").message(), HasSubstr("metadata 'na!me': names have"));
  const WebAnswer answer = Call(kEcho, "", "name: \xC3\xA9\r\n");
  EXPECT_EQ(answer.status(), grpc::INVALID_ARGUMENT);
  EXPECT_THAT(answer.message(), HasSubstr("values printable ASCII"));
}

TEST_F(BridgeTest, RefusesMessagesAboveTheLimitBeforeTheyCome) {
  bridge_.max_message_bytes = 1000;
  StartServer();
  EXPECT_EQ(Call(kEcho, std::string(1000, 'x')).status(), grpc::OK);

  const WebAnswer answer = Say(
      absl::StrCat("POST ", kEcho, " HTTP/1.1\r\nHost: t\r\nContent-Type: application/grpc-web\r\n",
                   "Content-Length: 18446744073709551615\r\n\r\n"));

  EXPECT_EQ(answer.status(), grpc::RESOURCE_EXHAUSTED) << answer.head;
  EXPECT_THAT(answer.message(), HasSubstr("at most 1005 are allowed"));
}

TEST_F(BridgeTest, TakesBodiesInChunksUpToTheSameLimit) {
  bridge_.max_message_bytes = 1000;
  StartServer();
  const auto chunked = [](const std::string& body) {
    return absl::StrCat("POST ", kEcho, " HTTP/1.1\r\nHost: t\r\nContent-Type: ",
                        "application/grpc-web\r\nTransfer-Encoding: chunked\r\n\r\n",
                        absl::Hex(body.size()), "\r\n", body, "\r\n0\r\n\r\n");
  };
  EXPECT_EQ(Say(chunked(Framed("hello"))).messages, "hello");
  EXPECT_THAT(Say(chunked(Framed(std::string(2000, 'x')))).head, StartsWith("HTTP/1.1 413 "));
}

TEST_F(BridgeTest, AnswersUnavailableWhereTooManyLargeRequestsComeAtOnce) {
  bridge_.max_message_bytes = 128 << 20;
  StartServer();
  const std::string head =
      absl::StrCat("POST ", kEcho, " HTTP/1.1\r\nHost: t\r\nContent-Type: application/grpc-web\r\n",
                   "Content-Length: ", 128 << 20, "\r\n\r\n");
  {
    std::vector<WebCaller> holders;
    for (int i = 0; i < 3; ++i) {
      holders.push_back(Connect());
      holders.back().raw().Send(head);
    }
    std::this_thread::sleep_for(50ms);
    const WebAnswer answer = Say(head);
    EXPECT_EQ(answer.status(), grpc::UNAVAILABLE) << answer.head;
    EXPECT_EQ(Call(kEcho, "small").messages, "small");
  }
  EXPECT_TRUE(Eventually([&] {
    WebCaller caller = Connect();
    caller.raw().Send(head);
    return !caller.raw().HasNews(50ms);  // it waits for the body
  }));
}

TEST_F(BridgeTest, TellsWhatIsNoGrpcWeb) {
  StartServer();
  EXPECT_THAT(Call(kEcho, "", "Content-Type: application/grpc-web-text\r\n").head,
              StartsWith("HTTP/1.1 415 "));
  EXPECT_THAT(Call(kEcho, "", "Content-Type: application/grpc\r\n").head,
              StartsWith("HTTP/1.1 415 "));
  EXPECT_THAT(Call(kEcho, "", "Content-Type: application/json\r\n").head,
              StartsWith("HTTP/1.1 415 "));
  EXPECT_EQ(Call(kEcho, "", "Content-Type: Application/gRPC-Web+Proto; charset=utf-8\r\n").status(),
            grpc::OK);
  const WebAnswer get = Say(absl::StrCat("GET ", kEcho, " HTTP/1.1\r\nHost: t\r\n\r\n"));
  EXPECT_THAT(get.head,
              AllOf(StartsWith("HTTP/1.1 405 "), HasSubstr("\r\nAllow: POST, OPTIONS\r\n")));
  EXPECT_THAT(
      Say(absl::StrCat("POST ", kEcho, " HTTP/1.0\r\nContent-Type: application/grpc-web\r\n",
                       "Content-Length: 5\r\n\r\n", Framed("")))
          .head,
      StartsWith("HTTP/1.1 505 "));
}

TEST_F(BridgeTest, LeavesPathsThatAreNoRpcToThePages) {
  StartServer();
  for (const char* path : {"/", "/test/Echo", "/test.Service", "/test.Service/",
                           "/test.Service/a/b", "/test.Service/Ec-ho", "//Echo", "/../Echo"}) {
    EXPECT_THAT(Say(Post(path, Framed(""))).head, StartsWith("HTTP/1.1 404 ")) << path;
  }
  EXPECT_EQ(Call("/test.Service/Unknown", "").status(), grpc::UNIMPLEMENTED);
}

// Pages of other origins.

TEST_F(BridgeTest, ObeysPagesOfItsOwnOriginOnly) {
  StartServer();
  EXPECT_EQ(Call(kEcho, "", "Origin: http://test:1\r\n").status(), grpc::OK);
  EXPECT_EQ(Call(kEcho, "", "Origin: https://TEST:1\r\n").status(), grpc::OK);
  for (const char* foreign : {"http://evil", "http://test", "http://test:2", "null", "test:1"}) {
    const WebAnswer answer = Call(kEcho, "", absl::StrCat("Origin: ", foreign, "\r\n"));
    EXPECT_THAT(answer.head, StartsWith("HTTP/1.1 403 ")) << foreign;
    EXPECT_THAT(answer.head, Not(HasSubstr("Access-Control")));
  }
  EXPECT_TRUE(Eventually([this] { return service_.open() == 0; }));
}

TEST_F(BridgeTest, ObeysPagesOfOriginsThatWereNamed) {
  bridge_.allowed_origins = {"https://lab.example"};
  StartServer();
  const WebAnswer answer = Call(kEcho, "x", "Origin: https://lab.example\r\n");
  EXPECT_EQ(answer.messages, "x");
  EXPECT_THAT(answer.head, HasSubstr("\r\nAccess-Control-Allow-Origin: https://lab.example\r\n"));
  EXPECT_THAT(answer.head, HasSubstr("\r\nAccess-Control-Expose-Headers: grpc-status, "));
  EXPECT_THAT(answer.head, HasSubstr("\r\nVary: Origin\r\n"));
  EXPECT_THAT(Call(kEcho, "", "Origin: http://lab.example\r\n").head, StartsWith("HTTP/1.1 403 "));

  const std::string ask =
      absl::StrCat("OPTIONS ", kEcho,
                   " HTTP/1.1\r\nHost: t\r\nAccess-Control-Request-Method: POST\r\n"
                   "Access-Control-Request-Headers: content-type,x-grpc-web\r\n");
  EXPECT_THAT(
      Say(ask + "Origin: https://lab.example\r\n\r\n").head,
      AllOf(StartsWith("HTTP/1.1 204 "), HasSubstr("Access-Control-Allow-Methods: POST\r\n"),
            HasSubstr("Access-Control-Allow-Headers: content-type,x-grpc-web\r\n"),
            HasSubstr("Access-Control-Max-Age: 7200\r\n"), Not(HasSubstr("Content-Length"))));
  EXPECT_THAT(Say(ask + "Origin: https://evil\r\n\r\n").head, StartsWith("HTTP/1.1 403 "));
}

TEST_F(BridgeTest, ObeysAnyPageWhereAllAreNamed) {
  bridge_.allowed_origins = {"*"};
  StartServer();
  EXPECT_EQ(Call(kEcho, "", "Origin: https://anyone\r\n").status(), grpc::OK);
}

}  // namespace
}  // namespace thalweg::web
