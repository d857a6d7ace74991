// HTTPS: whom the server shows itself as, whom it lets in, and what it does to those that do not
// speak TLS.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <string>
#include <vector>

#include "tests/web/support/bridge_fixture.h"

namespace thalweg::web {
namespace {

using namespace std::chrono_literals;
using namespace ::testing;
using namespace thalweg::testing;

const char kGet[] = "GET /healthz HTTP/1.1\r\nHost: test\r\n\r\n";

class Https : public BridgeTest {
 protected:
  Https() {
    std::signal(SIGPIPE, SIG_IGN);  // OpenSSL writes where the server has closed
    options_.handshake_timeout = 300ms;
    SpeakTls();
  }

  /// The status line that a client with this context gets; empty where it is not let in.
  std::string StatusLine(SSL_CTX* context) const {
    RawClient client(server_->address(), context);
    client.Send(kGet);
    const std::string answer = client.ReadAnswer();
    return answer.substr(0, answer.find('\r'));
  }
  std::string SubjectShown() const {
    RawClient client = Open();
    X509* const certificate = SSL_get1_peer_certificate(client.ssl());
    char text[256] = "";
    X509_NAME_oneline(X509_get_subject_name(certificate), text, sizeof text);
    X509_free(certificate);
    return text;
  }
  const Authority& authority() const { return tls_files_->authority(); }
};

TEST_F(Https, AnswersRequestsAndCalls) {
  StartServer();
  EXPECT_EQ(StatusLine(client_context_.get()), "HTTP/1.1 200 OK");
  EXPECT_EQ(Call(kEcho, std::string(300'000, 'x')).messages, std::string(300'000, 'x'));
  WebCaller caller = Connect();
  for (int i = 0; i < 100; ++i) {
    EXPECT_EQ(caller.Call(kEcho, std::to_string(i)).messages, std::to_string(i));
  }
}

TEST_F(Https, IsNotBelievedByWhoTrustsAnotherAuthority) {
  StartServer();
  const Authority other("Other CA");
  EXPECT_EQ(StatusLine(ClientContext(other.certificate()).get()), "");
}

TEST_F(Https, SpeaksNoVersionBefore12) {
  StartServer();
  const std::string root = authority().certificate();
  EXPECT_EQ(StatusLine(ClientContext(root, {}, TLS1_VERSION).get()), "");
  EXPECT_EQ(StatusLine(ClientContext(root, {}, TLS1_1_VERSION).get()), "");
  EXPECT_EQ(StatusLine(ClientContext(root, {}, TLS1_2_VERSION).get()), "HTTP/1.1 200 OK");
}

TEST_F(Https, AgreesOnHttp11AndOnNothingElse) {
  StartServer();
  const auto agreed = [&](const std::string& offered) -> std::string {
    SSL_CTX_set_alpn_protos(client_context_.get(),
                            reinterpret_cast<const unsigned char*>(offered.data()),
                            static_cast<unsigned>(offered.size()));
    RawClient client = Open();
    if (!client.shaken()) return "refused";
    const unsigned char* name = nullptr;
    unsigned size = 0;
    SSL_get0_alpn_selected(client.ssl(), &name, &size);
    return {reinterpret_cast<const char*>(name), size};
  };
  EXPECT_EQ(agreed("\x02h2\x08http/1.1"), "http/1.1");
  EXPECT_EQ(agreed("\x02h2"), "refused");
}

TEST_F(Https, LetsInWhoShowsACertificateOfItsAuthorityWhereItAsksForOne) {
  identity_ = tls_files_->Open(certificates_, /*mutual=*/true);
  options_.identity = identity_.get();
  StartServer();
  const std::string root = authority().certificate();
  const auto status = [&](const Pem& own, int version = TLS1_3_VERSION) {
    return StatusLine(ClientContext(root, own, version).get());
  };
  EXPECT_EQ(status(authority().Issue({.name = "client"})), "HTTP/1.1 200 OK");
  EXPECT_EQ(status(authority().Issue({.name = "client"}), TLS1_2_VERSION), "HTTP/1.1 200 OK");
  EXPECT_EQ(status({}), "");
  EXPECT_EQ(status({}, TLS1_2_VERSION), "");
  EXPECT_EQ(status(Authority("Other CA").Issue()), "");
  EXPECT_EQ(status(authority().Issue({.from_days = -9, .to_days = -2})), "");
}

TEST_F(Https, TellsWhoSpeaksPlainHttpAndCloses) {
  StartServer();
  RawClient client(server_->address());
  client.Send(kGet);
  EXPECT_THAT(client.ReadAnswer(), AllOf(StartsWith("HTTP/1.1 400 "), HasSubstr("https://")));
  EXPECT_TRUE(client.ClosesWithin(2s));
}

TEST_F(Https, ClosesOnWhoSpeaksNeither) {
  StartServer();
  RawClient client(server_->address());
  client.Send("SSH-2.0-OpenSSH_9.2\r\n");
  EXPECT_TRUE(client.ClosesWithin(2s));
}

TEST_F(Https, WaitsForAHandshakeNoLongerThanItsLimit) {
  StartServer();
  RawClient silent(server_->address());
  RawClient slow(server_->address());
  slow.Send("\x16\x03\x01");
  EXPECT_TRUE(silent.ClosesWithin(2s));
  EXPECT_TRUE(slow.ClosesWithin(2s));
}

TEST_F(Https, ShakesHandsWithNoMoreThanItsLimitAtATime) {
  options_.handshake_timeout = 10s;
  options_.max_handshakes = 3;
  StartServer();
  {
    std::vector<RawClient> silent;
    for (int i = 0; i < 3; ++i) silent.emplace_back(server_->address());
    ASSERT_TRUE(Eventually([&] { return !Open().shaken(); }));
  }
  EXPECT_TRUE(Eventually([&] { return Open().shaken(); }));  // they have left
}

TEST_F(Https, ShowsANewCertificateToNewConnectionsAndKeepsTheOldOnes) {
  StartServer();
  WebCaller watching = Connect();
  watching.Send(kFlood, "1000");
  watching.Head();
  EXPECT_EQ(SubjectShown(), "/CN=localhost");

  WritePem(*tls_files_ / "server", authority().Issue({.name = "renewed"}));
  ASSERT_TRUE(certificates_.WaitForLoaded(2));

  EXPECT_EQ(SubjectShown(), "/CN=renewed");
  for (int64_t i = 0; i < 10'000; ++i) {
    const auto frame = watching.Next();
    ASSERT_TRUE(frame);
    ASSERT_EQ(std::stol(frame->bytes.substr(0, 8)), i);
  }
}

TEST_F(Https, SaysGoodbyeSoThatAnAnswerCannotBeCutShortUnseen) {
  StartServer();
  WebCaller caller = Connect();
  EXPECT_EQ(caller.Call(kEcho, "x", "Connection: close\r\n").messages, "x");
  EXPECT_TRUE(caller.raw().ClosesWithin(2s));
  EXPECT_TRUE(SSL_get_shutdown(caller.raw().ssl()) & SSL_RECEIVED_SHUTDOWN);
}

}  // namespace
}  // namespace thalweg::web
