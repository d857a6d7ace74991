// What certificate and key files may be, and what becomes of a server's identity when they change.

#include "server/tls/identity.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/tls_fixture.h"

namespace thalweg::tls {
namespace {

using namespace std::chrono_literals;
using std::chrono::system_clock;
using testing::Authority;
using testing::CertificateEvents;
using ::testing::HasSubstr;
using testing::Pem;
using ::testing::SizeIs;
using testing::TlsFiles;
using testing::WritePem;
using testing::WriteText;

class Identities : public ::testing::Test {
 protected:
  /// Why the files are refused.
  std::string Refusal(bool mutual = false) {
    const auto identity = Identity::Open({.files = tls_.files(mutual)}, events_);
    EXPECT_FALSE(identity.ok());
    return std::string(identity.status().message());
  }

  TlsFiles tls_;
  CertificateEvents events_;
};

TEST_F(Identities, TellWhomTheyShowAndUntilWhen) {
  WritePem(tls_ / "server", tls_.authority().Issue({.name = "thalweg.example", .to_days = 3}));

  const auto identity = tls_.Open(events_);

  const auto loaded = events_.loaded();
  ASSERT_THAT(loaded, SizeIs(1));
  EXPECT_EQ(loaded[0].subject, "CN = thalweg.example");
  EXPECT_LT(system_clock::now() + 71h, loaded[0].expires);
  EXPECT_GT(system_clock::now() + 73h, loaded[0].expires);
  EXPECT_LT(loaded[0].valid_from, system_clock::now());
}

TEST_F(Identities, NameTheFileThatCannotBeRead) {
  std::filesystem::remove(tls_ / "server.key");
  EXPECT_EQ(Refusal(), (tls_ / "server.key") + ": cannot be read: No such file or directory");
  std::filesystem::create_directory(tls_ / "server.key");
  EXPECT_EQ(Refusal(), (tls_ / "server.key") + ": cannot be read: Is a directory");
}

TEST_F(Identities, NameTheFileThatHoldsNoPem) {
  const std::string key = (tls_ / "server.key") + ": holds no private key in PEM form";
  WriteText(tls_ / "server.key", "nonsense");
  EXPECT_THAT(Refusal(), HasSubstr(key));
  WriteText(tls_ / "server.key",
            "-----BEGIN PRIVATE KEY-----\nbm9uc2Vuc2U=\n-----END PRIVATE KEY-----\n");
  EXPECT_THAT(Refusal(), HasSubstr(key));
  WriteText(tls_ / "server.crt", "");
  EXPECT_THAT(Refusal(), HasSubstr((tls_ / "server.crt") + ": holds no certificate in PEM form"));
  WriteText(tls_ / "ca.crt", std::string(2 << 20, 'x'));
  EXPECT_THAT(Refusal(/*mutual=*/true), HasSubstr((tls_ / "ca.crt") + ": has more than 1 MiB"));
}

TEST_F(Identities, RefuseAClientAuthorityThatIsNone) {
  WriteText(tls_ / "ca.crt", "nobody");
  EXPECT_THAT(Refusal(/*mutual=*/true), HasSubstr((tls_ / "ca.crt") + ": holds no certificate"));
}

TEST_F(Identities, RefuseTheKeyOfAnotherCertificate) {
  WriteText(tls_ / "server.key", tls_.authority().Issue().key);
  EXPECT_EQ(Refusal(), (tls_ / "server.key") + ": is not the key of the first certificate in " +
                           (tls_ / "server.crt"));
}

TEST_F(Identities, RefuseAKeyWithAPassphraseWithoutAskingForIt) {
  WriteText(tls_ / "server.key", R"(-----BEGIN ENCRYPTED PRIVATE KEY-----
MIHsMFcGCSqGSIb3DQEFDTBKMCkGCSqGSIb3DQEFDDAcBAhSp4YyhmQfpAICCAAw
DAYIKoZIhvcNAgkFADAdBglghkgBZQMEASoEEBqF410uq21oIdizLdOEzDYEgZCs
eQL1ya/7XH2zLJ5ZYtVDb8xOFUZZxZQRy2pZnLSg0eNLLJfYC5gHnTinBQQF9g7G
qRbEdbAw6nc1SBhA8SiQyxd/7CKeCuaslVt9CrRSw0cPj3aaZqi/LdI6jb8CM1FW
0eV6T6Ar3BADER+DzfEE3ssb79wor5j2W/T9zJtIeEhm/vS3JOzlobqZiZBB5lk=
-----END ENCRYPTED PRIVATE KEY-----
)");
  EXPECT_EQ(Refusal(), (tls_ / "server.key") + ": has a passphrase; it must be without one");
}

TEST_F(Identities, TakeAnExpiredCertificateSinceRunsGoOnWithoutClients) {
  WritePem(tls_ / "server", tls_.authority().Issue({.from_days = -9, .to_days = -2}));
  const auto identity = tls_.Open(events_);
  EXPECT_LT(identity->Current()->expires, system_clock::now());
}

TEST_F(Identities, FollowTheFiles) {
  const auto identity = tls_.Open(events_);
  const auto before = identity->Current();

  WritePem(tls_ / "server", tls_.authority().Issue({.name = "second"}));

  ASSERT_TRUE(events_.WaitForLoaded(2));
  EXPECT_EQ(events_.loaded()[1].subject, "CN = second");
  EXPECT_NE(identity->Current(), before);
  EXPECT_EQ(before->subject, "CN = localhost");  // for those that still hold it
}

TEST_F(Identities, StayAsTheyAreWhileTheFilesAreHalfWritten) {
  const auto identity = tls_.Open(events_);
  const auto before = identity->Current();
  const Pem next = tls_.authority().Issue({.name = "second"});

  WriteText(tls_ / "server.crt", next.certificate);  // the key is still the old one
  ASSERT_TRUE(events_.WaitForRefused(1));
  EXPECT_EQ(identity->Current(), before);
  WriteText(tls_ / "server.key", next.key);

  ASSERT_TRUE(events_.WaitForLoaded(2));
  EXPECT_EQ(identity->Current()->subject, "CN = second");
}

TEST_F(Identities, TellOfFilesThatAreNoGoodOnce) {
  const auto identity = tls_.Open(events_);
  const Pem good{identity->Current()->texts.certificate, identity->Current()->texts.key};

  WriteText(tls_ / "server.crt", "nonsense");
  ASSERT_TRUE(events_.WaitForRefused(1));
  std::this_thread::sleep_for(200ms);
  EXPECT_THAT(events_.refused(), SizeIs(1));
  WritePem(tls_ / "server", good);
  std::this_thread::sleep_for(100ms);
  WriteText(tls_ / "server.crt", "nonsense");

  EXPECT_TRUE(events_.WaitForRefused(2));
  EXPECT_THAT(events_.loaded(), SizeIs(1));  // the good ones were in force all the while
}

}  // namespace
}  // namespace thalweg::tls
