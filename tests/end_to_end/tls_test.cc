// The real command against the real server, under TLS; and the addresses that stay without.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/end_to_end/server_process.h"
#include "tests/support/certificates.h"
#include "tests/web/support/raw_client.h"

namespace thalweg::testing {
namespace {

using ::testing::AllOf;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::StartsWith;

struct Outcome {
  int code = -1;
  std::string out;  // standard output and standard error together
};

Outcome Shell(const std::string& command) {
  Outcome outcome;
  FILE* const pipe = popen((command + " 2>&1").c_str(), "r");
  char bytes[4096];
  while (const size_t count = fread(bytes, 1, sizeof bytes, pipe)) outcome.out.append(bytes, count);
  const int status = pclose(pipe);
  outcome.code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return outcome;
}

class Tls : public ::testing::Test {
 protected:
  Tls() {
    WritePem(folder_ / "server", authority_.Issue());
    WritePem(folder_ / "client", authority_.Issue({.name = "client"}));
    WriteText(folder_ / "ca.crt", authority_.certificate());
    WriteText(folder_ / "other.crt", Authority("Other CA").certificate());
  }

  void StartServer(std::vector<std::string> more = {}) {
    more.insert(more.end(), {"--data-dir=" + (folder_ / "data"),
                             "--tls-certificate-file=" + (folder_ / "server.crt"),
                             "--tls-key-file=" + (folder_ / "server.key")});
    server_ = std::make_unique<ServerProcess>(more);
    ASSERT_TRUE(server_->WaitUntilReady()) << server_->Errors();
    const std::string& grpc = server_->ready().grpc;
    address_ = "localhost" + grpc.substr(grpc.rfind(':'));
  }

  Outcome Thalweg(const std::string& arguments, const std::string& ca = "ca.crt") {
    const std::string trust = ca.empty() ? "" : " --tls-ca-file " + (folder_ / ca);
    return Shell("'" THALWEG_BINARY_DIR "/thalweg' " + arguments + " --server " + address_ + trust);
  }

  TemporaryFolder folder_;
  const Authority authority_;
  std::unique_ptr<ServerProcess> server_;
  std::string address_;
};

TEST_F(Tls, CarriesADescent) {
  StartServer();
  const Outcome outcome = Thalweg(
      "minimize '(x-2.5)**2-1' --start x=0 --optimizer gradient_descent --set learning_rate=0.1 "
      "--json");
  EXPECT_EQ(outcome.code, 0) << outcome.out;
  EXPECT_THAT(outcome.out, HasSubstr(R"("result":true)"));
}

TEST_F(Tls, IsAskedAboutItsHealth) {
  StartServer();
  EXPECT_EQ(Thalweg("health").out, "SERVING\n");
  EXPECT_EQ(Thalweg("health --service live").code, 0);
  EXPECT_EQ(Thalweg("health --service ready --json").out,
            "{\"service\":\"ready\",\"status\":\"SERVING\"}\n");
  const Outcome unknown = Thalweg("health --service nonsense");
  EXPECT_EQ(unknown.code, 1);
  EXPECT_EQ(unknown.out, "SERVICE_UNKNOWN\n");
  server_->Kill();
  EXPECT_EQ(Thalweg("health --timeout 1").code, 3);
}

TEST_F(Tls, SaysWhatIsWrongBetweenClientAndServer) {
  StartServer();
  const auto failure = [&](const std::string& arguments, const std::string& ca) {
    const Outcome outcome = Thalweg("health --timeout 3 " + arguments, ca);
    EXPECT_EQ(outcome.code, 3) << outcome.out;
    return outcome.out;
  };
  EXPECT_THAT(failure("", ""), HasSubstr("--tls-ca-file"));
  EXPECT_THAT(failure("", "other.crt"), HasSubstr("not signed by"));
  EXPECT_THAT(failure("--tls-server-name example.org", "ca.crt"), HasSubstr("--tls-server-name"));
}

TEST_F(Tls, IsWantedWhereThereIsNone) {
  server_ = std::make_unique<ServerProcess>(std::vector{"--data-dir=" + (folder_ / "data")});
  ASSERT_TRUE(server_->WaitUntilReady());
  address_ = server_->ready().grpc;
  const Outcome outcome = Thalweg("health --timeout 3");
  EXPECT_EQ(outcome.code, 3);
  EXPECT_THAT(outcome.out, HasSubstr("plain text"));
}

TEST_F(Tls, AsksClientsForCertificates) {
  StartServer({"--tls-client-ca-file=" + (folder_ / "ca.crt")});
  const Outcome without = Thalweg("health --timeout 3");
  EXPECT_EQ(without.code, 3);
  EXPECT_THAT(without.out, HasSubstr("--tls-certificate-file"));
  EXPECT_EQ(Thalweg("health --tls-certificate-file " + (folder_ / "client.crt") +
                    " --tls-key-file " + (folder_ / "client.key"))
                .out,
            "SERVING\n");
}

TEST_F(Tls, TellsWhatIsWrongWithItsFilesAndEnds) {
  const auto ending = [&](const std::string& certificate, const std::string& key) {
    ServerProcess server({"--data-dir=" + (folder_ / "data"),
                          "--tls-certificate-file=" + certificate, "--tls-key-file=" + key});
    EXPECT_EQ(server.WaitForExit(), 2);
    return server.Errors();
  };
  EXPECT_THAT(ending(folder_ / "server.crt", folder_ / "client.key"),
              HasSubstr("is not the key of the first certificate"));
  EXPECT_THAT(ending(folder_ / "server.key", folder_ / "server.key"),
              HasSubstr("holds no certificate in PEM form"));
}

TEST_F(Tls, LeavesMetricsAndHealthInPlainTextAtAnAddressOfTheirOwn) {
  StartServer({"--metrics-address=127.0.0.1:0"});
  const std::string line = server_->Output();
  const size_t at = line.find("metrics=") + 8;
  const std::string address = line.substr(at, line.find_first_of(" \n", at) - at);
  const auto get = [&](const std::string& path) {
    RawClient client(address);
    client.Send("GET " + path + " HTTP/1.1\r\nHost: t\r\n\r\n");
    return client.ReadAnswer();
  };
  EXPECT_THAT(get("/metrics"), AllOf(StartsWith("HTTP/1.1 200 "), HasSubstr("thalweg_ready"),
                                     HasSubstr("_certificate_expiry_timestamp_seconds 1")));
  EXPECT_THAT(get("/healthz"), EndsWith("\r\n\r\nok\n"));
  EXPECT_THAT(get("/readyz"), EndsWith("\r\n\r\nready\n"));
  EXPECT_THAT(get("/"), StartsWith("HTTP/1.1 404 "));
  EXPECT_THAT(get("/thalweg.v1.CatalogService/GetServerInfo"), StartsWith("HTTP/1.1 404 "));
}

}  // namespace
}  // namespace thalweg::testing
