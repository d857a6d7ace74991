// gRPC under TLS: who is let in, and certificates that change while streams go on.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/rpc/support/call.h"
#include "tests/rpc/support/server_fixture.h"
#include "tests/support/tls_fixture.h"
#include "tests/web/support/raw_client.h"

namespace thalweg::rpc {
namespace {

using namespace std::chrono_literals;
using thalweg::testing::Authority;
using thalweg::testing::CertificateEvents;
using thalweg::testing::ClientContext;
using thalweg::testing::Pem;
using thalweg::testing::RawClient;
using thalweg::testing::TlsFiles;
using thalweg::testing::WritePem;
using thalweg::testing::WriteText;

constexpr char kLive[] = "live";

class SecureServer : public ServerTest {
 protected:
  SecureServer() { Secure(/*mutual=*/false); }
  ~SecureServer() override { server_.reset(); }  // before its identity

  void Secure(bool mutual) {
    server_.reset();
    identity_ = tls_.Open(certificates_, mutual);
    options_.identity = identity_.get();
    Start();
  }

  /// A connection of its own by a client that trusts `root` and shows `own`.
  std::shared_ptr<grpc::Channel> Channel(const std::string& root, const Pem& own = {},
                                         const std::string& host = "localhost") const {
    grpc::ChannelArguments arguments;
    arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
    return grpc::CreateCustomChannel(absl::StrCat("dns:///", host, ":", server_->port()),
                                     grpc::SslCredentials({.pem_root_certs = root,
                                                           .pem_private_key = own.key,
                                                           .pem_cert_chain = own.certificate}),
                                     arguments);
  }
  bool LetsIn(const Pem& own = {}) const { return Health(Channel(root(), own), kLive) == 1; }
  std::string root() const { return tls_.authority().certificate(); }

  TlsFiles tls_;
  CertificateEvents certificates_;
  std::unique_ptr<tls::Identity> identity_;
};

TEST_F(SecureServer, ServesWhoTrustsItsAuthority) { EXPECT_TRUE(LetsIn()); }

TEST_F(SecureServer, IsNotBelievedByWhoTrustsAnotherAuthorityOrAskedForAnotherName) {
  EXPECT_EQ(Health(Channel(Authority("Other CA").certificate()), kLive), -1);
  WritePem(tls_ / "server", tls_.authority().Issue({.others = "DNS:elsewhere.example"}));
  ASSERT_TRUE(certificates_.WaitForLoaded(2));
  EXPECT_EQ(Health(Channel(root()), kLive), -1);
}

TEST_F(SecureServer, IsNotBelievedOnceItsCertificateHasExpired) {
  WritePem(tls_ / "server", tls_.authority().Issue({.from_days = -9, .to_days = -2}));
  ASSERT_TRUE(certificates_.WaitForLoaded(2));
  EXPECT_FALSE(LetsIn());
}

TEST_F(SecureServer, ServesNobodyInPlainText) {
  EXPECT_EQ(Health(ChannelTo(server_->port()), kLive), -1);
  EXPECT_TRUE(LetsIn());  // and is none the worse for it
}

TEST_F(SecureServer, SpeaksNoVersionBefore12) {
  const std::string address = absl::StrCat("127.0.0.1:", server_->port());
  const auto shaken = [&](int version) {
    const auto context = ClientContext(root(), {}, version);
    SSL_CTX_set_alpn_protos(context.get(), reinterpret_cast<const unsigned char*>("\x02h2"), 3);
    return RawClient(address, context.get()).shaken();
  };
  EXPECT_FALSE(shaken(TLS1_VERSION));
  EXPECT_FALSE(shaken(TLS1_1_VERSION));
  EXPECT_TRUE(shaken(TLS1_2_VERSION));
  EXPECT_TRUE(shaken(TLS1_3_VERSION));
}

TEST_F(SecureServer, LetsInWhoShowsACertificateOfItsAuthorityWhereItAsksForOne) {
  Secure(/*mutual=*/true);
  EXPECT_TRUE(LetsIn(tls_.authority().Issue({.name = "client"})));
  EXPECT_FALSE(LetsIn());
  EXPECT_FALSE(LetsIn(Authority("Other CA").Issue()));
  EXPECT_FALSE(LetsIn(tls_.authority().Issue({.from_days = -9, .to_days = -2})));
}

TEST_F(SecureServer, TakesANewClientAuthorityToo) {
  Secure(/*mutual=*/true);
  const Authority next("Next CA");
  EXPECT_FALSE(LetsIn(next.Issue()));
  WriteText(tls_ / "ca.crt", next.certificate());
  ASSERT_TRUE(certificates_.WaitForLoaded(3));
  EXPECT_TRUE(LetsIn(next.Issue()));
  EXPECT_FALSE(LetsIn(tls_.authority().Issue()));
}

TEST_F(SecureServer, KeepsStreamsOpenWhenTheCertificateChanges) {
  const auto service = v1::OptimizationService::NewStub(Channel(root()));
  optimization_ = v1::OptimizationService::NewStub(Channel(root()));
  const std::string name = Create();
  runs_.Record("r1", 10);
  Context context;
  const auto stream = service->WatchRun(&context, WatchRequest(name));
  const auto read_to = [&](int64_t last) {
    v1::WatchRunResponse response;
    while (stream->Read(&response)) {
      const auto& iterations = response.update().iterates().iteration();
      if (!iterations.empty() && iterations[iterations.size() - 1] == last) return true;
    }
    return false;
  };
  ASSERT_TRUE(read_to(10));

  const Authority next("Next CA");
  WritePem(tls_ / "server", next.Issue());
  ASSERT_TRUE(certificates_.WaitForLoaded(2));
  EXPECT_FALSE(LetsIn());                                    // by who trusts the old authority
  EXPECT_EQ(Health(Channel(next.certificate()), kLive), 1);  // by who trusts the new one
  runs_.Record("r1", 20);

  EXPECT_TRUE(read_to(20));
  context.TryCancel();
}

TEST_F(SecureServer, ServesOnWhileTheFilesAreNoGood) {
  WriteText(tls_ / "server.key", "nonsense");
  ASSERT_TRUE(certificates_.WaitForRefused(1));
  EXPECT_TRUE(LetsIn());
}

}  // namespace
}  // namespace thalweg::rpc
