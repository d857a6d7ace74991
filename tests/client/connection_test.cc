// How a client reaches its server: options, environment, tokens, and what is refused before a byte
// is sent.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <string>

#include <unistd.h>

#include <grpcpp/server.h>
#include <grpcpp/server_builder.h>

#include "absl/strings/str_cat.h"
#include "client/cpp/client.h"
#include "client/cpp/connection_hint.h"
#include "client/cpp/health.h"
#include "thalweg/v1/catalog_service.grpc.pb.h"

namespace thalweg::client {
namespace {

using ::testing::HasSubstr;

/// Remembers with which token it was asked.
class Listening final : public v1::CatalogService::Service {
 public:
  Listening() {
    grpc::EnableDefaultHealthCheckService(true);
    grpc::ServerBuilder builder;
    builder.RegisterService(this);
    builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port_);
    server_ = builder.BuildAndStart();
  }
  grpc::Status GetServerInfo(grpc::ServerContext* context, const v1::GetServerInfoRequest*,
                             v1::GetServerInfoResponse*) override {
    const auto found = context->client_metadata().find("authorization");
    heard_ = found == context->client_metadata().end()
                 ? "nothing"
                 : std::string(found->second.data(), found->second.size());
    return grpc::Status::OK;
  }
  std::string address() const { return "127.0.0.1:" + std::to_string(port_); }
  const std::string& heard() const { return heard_; }

 private:
  int port_ = 0;
  std::string heard_;
  std::unique_ptr<grpc::Server> server_;
};

class Connections : public ::testing::Test {
 protected:
  std::string File(const std::string& name, const std::string& text) const {
    const std::string path =
        absl::StrCat(::testing::TempDir(), "/connections-", getpid(), "-", name);
    std::ofstream(path, std::ios::trunc) << text;
    return path;
  }
  /// What Connect says of these options.
  static std::string Refusal(const ConnectionOptions& options) {
    const auto client = Client::Connect(options);
    return client.ok() ? "" : client.error().message;
  }
};

TEST_F(Connections, CarryTheTokenAsItsFileIsAtEveryCall) {
  Listening server;
  const std::string path = File("token", "first\n");
  const auto client = Client::Connect({.server = server.address(), .token_file = path});
  ASSERT_TRUE(client.ok()) << client.error().Text();

  EXPECT_TRUE(client->GetServerInfo().ok());
  EXPECT_EQ(server.heard(), "Bearer first");
  File("token", "  second");
  EXPECT_TRUE(client->GetServerInfo().ok());
  EXPECT_EQ(server.heard(), "Bearer second");
  EXPECT_TRUE((*Client::Connect(server.address())).GetServerInfo().ok());
  EXPECT_EQ(server.heard(), "nothing");
}

TEST_F(Connections, TakeWhatIsNotGivenFromTheEnvironment) {
  Listening server;
  setenv("THALWEG_TOKEN_FILE", File("token", "mine").c_str(), 1);
  setenv("THALWEG_SERVER", server.address().c_str(), 1);

  EXPECT_TRUE((*Client::Connect()).GetServerInfo().ok());
  EXPECT_EQ(server.heard(), "Bearer mine");
  const ConnectionOptions options = WithEnvironment({.server = "own:1"});
  EXPECT_EQ(options.server, "own:1");

  unsetenv("THALWEG_TOKEN_FILE");
  unsetenv("THALWEG_SERVER");
}

TEST_F(Connections, SendNoTokenInPlainTextToAnotherMachineWithoutLeave) {
  const std::string token = File("token", "secret");
  const std::string machine = "optimizer.example.org:50051";
  EXPECT_THAT(Refusal({.server = machine, .token_file = token}),
              HasSubstr("unencrypted to another machine"));
  EXPECT_EQ(Refusal({.server = machine, .token_file = token, .token_in_plaintext = "on"}), "");
  EXPECT_EQ(Refusal({.server = machine, .tls_ca_file = "system", .token_file = token}), "");
  EXPECT_EQ(Refusal({.server = "localhost:1", .token_file = token}), "");
}

TEST_F(Connections, SayWhichFileCannotBeUsed) {
  const std::string none = "/nowhere/at/all";
  EXPECT_EQ(Refusal({.tls_ca_file = none}),
            "--tls-ca-file /nowhere/at/all: cannot be read: No such file or directory");
  EXPECT_THAT(Refusal({.tls_ca_file = File("ca", "nonsense")}),
              HasSubstr("holds no CERTIFICATE in PEM form"));
  EXPECT_THAT(Refusal({.token_file = none}), HasSubstr("--token-file /nowhere/at/all: cannot"));
  EXPECT_THAT(Refusal({.token_file = File("token", " \n")}), HasSubstr("is empty"));
  EXPECT_THAT(Refusal({.token_file = File("token", "two words")}), HasSubstr("one word"));
}

TEST_F(Connections, SayWhichOptionsDoNotGoTogether) {
  EXPECT_THAT(Refusal({.tls_server_name = "a"}), HasSubstr("--tls-ca-file"));
  EXPECT_THAT(Refusal({.tls_certificate_file = "a", .tls_key_file = "b"}),
              HasSubstr("--tls-ca-file"));
  EXPECT_THAT(Refusal({.tls_ca_file = "system", .tls_key_file = "b"}), HasSubstr("go together"));
  EXPECT_THAT(Refusal({.token_in_plaintext = "maybe"}), HasSubstr("not on or off"));
}

TEST_F(Connections, AskAboutHealthAnewEachTime) {
  ConnectionOptions options;
  {
    Listening server;
    options.server = server.address();
    EXPECT_EQ(*CheckHealth(options, ""), "SERVING");
    EXPECT_EQ(*CheckHealth(options, "nobody"), "SERVICE_UNKNOWN");
  }
  const auto gone = CheckHealth(options, "", {.timeout = std::chrono::milliseconds(500)});
  ASSERT_FALSE(gone.ok());
  EXPECT_EQ(ConnectionHint(gone.error()), "");  // nobody there: nothing about TLS
}

TEST(ConnectionHints, NameTheOptionForATokenThatIsMissing) {
  Error refused;
  refused.code = grpc::StatusCode::UNAUTHENTICATED;
  EXPECT_THAT(ConnectionHint(refused), HasSubstr("--token-file"));
}

}  // namespace
}  // namespace thalweg::client
