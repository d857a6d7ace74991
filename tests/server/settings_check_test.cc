#include "server/settings_check.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "tests/server/temporary_file.h"

namespace thalweg {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using testing::TemporaryFile;

/// Large enough for all defaults.
constexpr Machine kMachine{.cpus = 4, .memory_bytes = int64_t{16} << 30};

CommandLine Line(const std::vector<std::string>& arguments) {
  const auto line = ReadCommandLine(arguments, {});
  EXPECT_TRUE(line.ok()) << line.status();
  return line.value_or(CommandLine());
}

std::vector<std::string> Errors(const std::vector<std::string>& arguments) {
  return Check(Line(arguments), kMachine).errors;
}

TEST(Check, FindsNothingWrongWithTheDefaults) {
  const Findings findings = Check(Line({}), kMachine);

  EXPECT_THAT(findings.errors, IsEmpty());
  EXPECT_THAT(findings.warnings, IsEmpty());
}

TEST(PlainText, StaysOnThisMachine) {
  for (const char* flag : {"grpc-address", "http-address"}) {
    EXPECT_THAT(Errors({absl::StrCat("--", flag, "=0.0.0.0:1")}),
                ElementsAre(absl::StrCat(
                    "--", flag, ": '0.0.0.0:1' can be reached from other machines, and would not ",
                    "be encrypted: give --tls-certificate-file and --tls-key-file, or listen on ",
                    "127.0.0.1, or say --plaintext on")));
  }
  EXPECT_THAT(Errors({"--grpc-address=localhost:1", "--http-address=[::1]:2"}), IsEmpty());
}

TEST(PlainText, LeavesThisMachineWhereSomeoneSaysSo) {
  const Findings findings = Check(
      Line({"--grpc-address=0.0.0.0:1", "--http-address=[::]:2", "--plaintext=on"}), kMachine);

  EXPECT_THAT(findings.errors, IsEmpty());
  EXPECT_THAT(findings.warnings,
              ElementsAre("not encrypted beyond this machine, as --plaintext on permits: "
                          "grpc-address 0.0.0.0:1, http-address [::]:2"));
}

TEST(PlainText, MakesTokensReadable) {
  const TemporaryFile tokens("", 0600);
  const Findings findings =
      Check(Line({"--grpc-address=0.0.0.0:1", "--plaintext=on", "--tokens-file", tokens.path()}),
            kMachine);

  EXPECT_THAT(findings.warnings, ElementsAre(HasSubstr("tokens can be read")));
}

TEST(PlainText, IsNotWarnedOfWhereItStaysOnThisMachine) {
  EXPECT_THAT(Check(Line({"--plaintext=on"}), kMachine).warnings, IsEmpty());
}

TEST(PlainText, IsNoneWhereACertificateEncrypts) {
  const TemporaryFile certificate, key;

  const Findings findings = Check(Line({"--grpc-address=0.0.0.0:1", "--tls-certificate-file",
                                        certificate.path(), "--tls-key-file", key.path()}),
                                  kMachine);

  EXPECT_THAT(findings.errors, IsEmpty());
  EXPECT_THAT(findings.warnings, IsEmpty());
}

TEST(PlainText, IsWhatMetricsAreServedIn) {
  EXPECT_THAT(Errors({"--metrics-address=0.0.0.0:9090"}), IsEmpty());
}

TEST(Check, RefusesHostsThatNobodyKnows) {
  EXPECT_THAT(Errors({"--grpc-address=no-such-host.invalid:1"}),
              ElementsAre(HasSubstr("the host 'no-such-host.invalid' is not known")));
}

TEST(Check, RefusesFilesThatCannotBeRead) {
  EXPECT_THAT(Errors({"--tokens-file=/nowhere/tokens"}),
              ElementsAre("--tokens-file: '/nowhere/tokens' cannot be read: No such file or "
                          "directory"));
  EXPECT_THAT(Errors({"--tokens-file=/"}),
              ElementsAre("--tokens-file: '/' is a folder, not a file"));
}

TEST(Check, RefusesSecretsThatEveryoneCanGetAt) {
  for (const mode_t mode : {0644, 0604, 0602, 0601}) {
    const TemporaryFile tokens("a secret", mode);
    EXPECT_THAT(
        Errors({"--tokens-file", tokens.path()}),
        ElementsAre(AllOf(HasSubstr("is open to everyone (mode 06"), Not(HasSubstr("a secret")))))
        << mode;
  }
  const TemporaryFile open("", 0644);
  EXPECT_THAT(Errors({"--tokens-file", open.path()}),
              ElementsAre(HasSubstr("chmod 640 " + open.path())));
}

TEST(Check, TakesSecretsOfTheOwnerAndTheGroup) {
  for (const mode_t mode : {0400, 0440, 0600, 0640, 0660}) {
    const TemporaryFile tokens("", mode);
    EXPECT_THAT(Errors({"--tokens-file", tokens.path()}), IsEmpty()) << mode;
  }
}

TEST(Check, TakesCertificatesThatEveryoneCanRead) {
  const TemporaryFile certificate("", 0644), key;

  EXPECT_THAT(Errors({"--tls-certificate-file", certificate.path(), "--tls-key-file", key.path()}),
              IsEmpty());
}

TEST(Check, WantsACertificateAndItsKeyTogether) {
  const TemporaryFile file;

  EXPECT_THAT(Errors({"--tls-certificate-file", file.path()}),
              ElementsAre(HasSubstr("needs its private key: give --tls-key-file")));
  EXPECT_THAT(Errors({"--tls-key-file", file.path()}),
              ElementsAre(HasSubstr("needs its certificate: give --tls-certificate-file")));
  EXPECT_THAT(Errors({"--tls-client-ca-file", file.path()}),
              ElementsAre(HasSubstr("checks clients over TLS alone")));
}

TEST(Check, WarnsOfADelayThatLeavesNoTimeToDrain) {
  EXPECT_THAT(Check(Line({"--drain-seconds=5", "--drain-delay-seconds=5"}), kMachine).warnings,
              ElementsAre("--drain-delay-seconds: '5' leaves nothing of --drain-seconds, which is "
                          "5"));
}

TEST(Check, WantsTwoAddresses) {
  EXPECT_THAT(Errors({"--grpc-address=127.0.0.1:7", "--http-address=127.0.0.1:7"}),
              ElementsAre("--http-address: '127.0.0.1:7' is the same as --grpc-address"));
  EXPECT_THAT(Errors({"--grpc-address=127.0.0.1:0", "--http-address=127.0.0.1:0"}), IsEmpty());
}

TEST(Check, NamesTheVariableOrTheFileAndLineThatSaidSo) {
  const TemporaryFile file("\ntokens-file = /nowhere\n");

  const auto variable = ReadCommandLine({}, {{"THALWEG_TOKENS_FILE", "/nowhere"}});
  EXPECT_THAT(Check(*variable, kMachine).errors,
              ElementsAre(HasSubstr("THALWEG_TOKENS_FILE: '/nowhere'")));
  EXPECT_THAT(Errors({"--config", file.path()}),
              ElementsAre(HasSubstr(file.path() + ":2: tokens-file: '/nowhere'")));
}

TEST(Check, WarnsOfMoreMemoryThanThereIs) {
  const Machine small{.cpus = 1, .memory_bytes = 256 << 20};

  EXPECT_THAT(Check(Line({}), small).warnings, IsEmpty());
  EXPECT_THAT(Check(Line({"--trace-memory-mib=200"}), small).warnings,
              ElementsAre("more memory is promised than there is, 272 MiB of 256: trace-memory-mib "
                          "200, twice max-pending-mib 4, max-objective-memory-mib 32, "
                          "grpc-memory-mib 32"));
}

TEST(Check, TellsAllThatIsWrong) {
  EXPECT_EQ(Errors({"--grpc-address=0.0.0.0:1", "--tokens-file=/nowhere"}).size(), 2U);
}

TEST(CheckDataFolder, WantsOneThatIsOrCanBeMade) {
  const TemporaryFile file;

  EXPECT_THAT(CheckDataFolder(Line({"--data-dir", ::testing::TempDir()})), IsEmpty());
  EXPECT_THAT(CheckDataFolder(Line({"--data-dir", ::testing::TempDir() + "/a/b/c"})), IsEmpty());
  EXPECT_THAT(CheckDataFolder(Line({"--data-dir", file.path()})),
              ElementsAre(HasSubstr("is a file, not a folder")));
  EXPECT_THAT(CheckDataFolder(Line({"--data-dir", file.path() + "/a"})),
              ElementsAre(HasSubstr("cannot be made")));
  EXPECT_THAT(CheckDataFolder(Line({"--data-dir", file.path() + "/a", "--store=memory:"})),
              IsEmpty());
}

}  // namespace
}  // namespace thalweg
