// What a tokens file may say, and how it is told what is wrong with it.
#include "server/access/tokens.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "absl/strings/str_cat.h"

namespace thalweg::access {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using testing::SizeIs;

// Digests of "abc" and of "" (FIPS 180-4's examples).
constexpr char kAbc[] = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
constexpr char kEmpty[] = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

std::string Entry(const std::string& lines, const std::string& digest = kAbc) {
  return absl::StrCat("[[tokens]]\n", lines, "\nsha256 = \"", digest, "\"\n");
}

std::string ErrorOf(const std::string& text) {
  const auto tokens = ParseTokens(text);
  return tokens.ok() ? "none" : std::string(tokens.status().message());
}

TEST(Digests, AreThoseOfTheStandard) {
  EXPECT_EQ(DigestOf("abc"), ParseDigest(kAbc));
  EXPECT_EQ(DigestOf(""), ParseDigest(kEmpty));
  EXPECT_EQ(ParseDigest("BA7816BF8F01CFEA414140DE5DAE2223B00361A396177A9CB410FF61F20015AD"),
            DigestOf("abc"));
}

TEST(Digests, HaveExactly64HexadecimalDigits) {
  EXPECT_FALSE(ParseDigest(""));
  EXPECT_FALSE(ParseDigest(std::string(63, 'a')));
  EXPECT_FALSE(ParseDigest(std::string(65, 'a')));
  EXPECT_FALSE(ParseDigest(std::string(63, 'a') + "g"));
  EXPECT_FALSE(ParseDigest(std::string(62, 'a') + "\xC3\xA4"));
}

TEST(TokensFileText, TellsWhoEachTokenIs) {
  const auto tokens =
      ParseTokens(Entry("name = \"ci\"\ntenant = \"vision\"\nrole = \"user\"") +
                  Entry("name = \"root\"\nrole = \"admin\"\nexpires = 2027-01-31", kEmpty));
  ASSERT_TRUE(tokens.ok()) << tokens.status();
  ASSERT_THAT(tokens->by_digest, SizeIs(2));

  const Token& ci = tokens->by_digest.at(DigestOf("abc"));
  EXPECT_EQ(ci.caller.name, "ci");
  EXPECT_EQ(ci.caller.tenant, "vision");
  EXPECT_EQ(ci.caller.role, Role::kUser);
  EXPECT_FALSE(ci.caller.sees_all_tenants());
  EXPECT_FALSE(ci.expires);
  const Token& root = tokens->by_digest.at(DigestOf(""));
  EXPECT_TRUE(root.caller.sees_all_tenants());
  EXPECT_EQ(root.caller.tenant, "");
  using std::chrono::operator""y;
  EXPECT_EQ(root.expires, std::chrono::sys_days(2027y / 1 / 31));
}

TEST(TokensFileText, TakesATimeWithItsOffsetAsTheEnd) {
  const auto tokens = ParseTokens(
      Entry("name = \"ci\"\ntenant = \"a\"\nrole = \"user\"\nexpires = 2027-01-31T12:30:15+02:00"));
  ASSERT_TRUE(tokens.ok()) << tokens.status();
  const auto utc = std::chrono::system_clock::from_time_t(1801391415);  // 10:30:15Z
  EXPECT_EQ(tokens->by_digest.begin()->second.expires, utc);
}

TEST(TokensFileText, GivesATenantItsQuotasAndTheDefaultsForTheRest) {
  const auto tokens = ParseTokens(
      "[quotas]\nunfinished_runs = 10\ncalls_per_second = 5\n"
      "[tenants.vision]\nunfinished_runs = 99\n");
  ASSERT_TRUE(tokens.ok()) << tokens.status();
  EXPECT_EQ(tokens->QuotasOf("vision").unfinished_runs, 99);
  EXPECT_EQ(tokens->QuotasOf("vision").calls_per_second, 5);
  EXPECT_EQ(tokens->QuotasOf("speech").unfinished_runs, 10);
  EXPECT_EQ(tokens->QuotasOf("speech").open_watches, 0);
}

TEST(TokensFileText, MayHoldNoToken) {
  const auto tokens = ParseTokens("# none yet\n");
  ASSERT_TRUE(tokens.ok()) << tokens.status();
  EXPECT_THAT(tokens->by_digest, SizeIs(0));
}

TEST(TokensFileText, IsToldWhichEntryAndFieldAreWrong) {
  const std::string good = "name = \"ci\"\ntenant = \"a\"\nrole = \"user\"";
  EXPECT_THAT(
      ErrorOf(Entry("name = \"ci\"\ntenant = \"a\"\nrole = \"root\"")),
      HasSubstr("tokens[0] 'ci': role: is 'root'; expected monitor, viewer, user or admin"));
  EXPECT_THAT(ErrorOf(Entry(good) + Entry("tenant = \"a\"\nrole = \"user\"", kEmpty)),
              HasSubstr("tokens[1]: name: is ''"));
  EXPECT_THAT(ErrorOf(Entry("name = \"ci\"\nrole = \"user\"")), HasSubstr("tenant: is missing"));
  EXPECT_THAT(ErrorOf(Entry("name = \"ci\"\nrole = \"user\"\ntenant = \"A b\"")),
              HasSubstr("tenant: is 'A b'; expected a lower-case letter"));
  EXPECT_THAT(ErrorOf(Entry("name = \"ci\"\ntenant = 3\nrole = \"user\"")),
              HasSubstr("tenant: is no text"));
  EXPECT_THAT(ErrorOf(Entry(good + "\nexpires = \"2027-01-31\"")),
              HasSubstr("expires: expected 2027-01-31"));
  EXPECT_THAT(ErrorOf(Entry(good + "\nexpires = 2027-01-31T12:00:00")), HasSubstr("expires"));
  EXPECT_THAT(ErrorOf(Entry(good) + Entry(good, kEmpty)),
              HasSubstr("tokens[1] 'ci': name: is that of tokens[0]"));
  EXPECT_THAT(ErrorOf(Entry(good) + Entry("name = \"b\"\ntenant = \"a\"\nrole = \"user\"")),
              HasSubstr("tokens[1] 'b': sha256: is that of a token before it"));
  EXPECT_THAT(ErrorOf(Entry(good + "\nexpire = 2027-01-31")), HasSubstr("did you mean 'expires'"));
}

TEST(TokensFileText, IsToldWhichQuotaIsWrong) {
  EXPECT_THAT(ErrorOf("[quotas]\nunfinished_run = 3\n"),
              HasSubstr("quotas: unknown field 'unfinished_run'; did you mean 'unfinished_runs'"));
  EXPECT_THAT(ErrorOf("[tenants.a]\nburst = -1\n"),
              HasSubstr("tenants.a: burst: expected a whole"));
  EXPECT_THAT(ErrorOf("[tenants.a]\nburst = 1.5\n"),
              HasSubstr("tenants.a: burst: expected a whole"));
  EXPECT_THAT(ErrorOf("[tenants.\"A b\"]\n"), HasSubstr("expected a lower-case letter"));
}

TEST(TokensFileText, IsToldWhereItIsNoToml) {
  EXPECT_THAT(ErrorOf("[[tokens]]\nname = ci\n"), HasSubstr("line 2, column "));
  EXPECT_THAT(ErrorOf("tokens = 3\n"), HasSubstr("begin every entry with [[tokens]]"));
  EXPECT_THAT(ErrorOf("token = 3\n"), HasSubstr("unknown field 'token'; did you mean 'tokens'"));
}

TEST(TokensFileText, IsNeverRepeatedWhereATokenStandsInPlaceOfItsDigest) {
  const std::string error =
      ErrorOf(Entry("name = \"ci\"\ntenant = \"a\"\nrole = \"user\"", "tw_secretsecret"));
  EXPECT_THAT(error, AllOf(HasSubstr("never the token"), Not(HasSubstr("secretsecret"))));
}

}  // namespace
}  // namespace thalweg::access
