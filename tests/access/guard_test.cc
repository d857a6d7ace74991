// Who may call, and how much a tenant may have in use.
#include "server/access/guard.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "server/core/violation.h"

namespace thalweg::access {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::HasSubstr;
using testing::Not;

constexpr char kSecret[] = "tw_GeheimesWortDasNiemandSehenDarf";
const Guard::WallTime kNow = std::chrono::system_clock::from_time_t(1'800'000'000);
const Guard::SteadyTime kStart{std::chrono::hours(7)};

Caller Vision() { return {"ci", "vision", Role::kUser}; }

Tokens OneToken(const Quotas& quotas = {}) {
  Tokens tokens;
  tokens.by_digest[DigestOf(kSecret)] = {Vision(), std::nullopt};
  tokens.quotas["vision"] = quotas;
  return tokens;
}

Reason ReasonOf(const absl::Status& status) {
  const auto violations = ViolationsOf(status);
  EXPECT_EQ(violations.size(), 1U) << status;
  return violations.empty() ? Reason::kInvalidValue : violations[0].reason;
}

Reason WhyRefused(const Guard& guard, const std::vector<std::string_view>& values) {
  const auto caller = guard.Identify(values, kNow);
  EXPECT_EQ(caller.status().code(), absl::StatusCode::kUnauthenticated);
  EXPECT_THAT(std::string(caller.status().message()), Not(HasSubstr("Geheim")));
  return ReasonOf(caller.status());
}

TEST(AGuard, KnowsWhoSendsAToken) {
  const Guard guard(OneToken());
  for (const char* scheme : {"Bearer ", "bearer ", "BEARER "}) {
    const auto caller = guard.Identify({absl::StrCat(scheme, kSecret)}, kNow);
    ASSERT_TRUE(caller.ok()) << caller.status();
    EXPECT_EQ(caller->name, "ci");
    EXPECT_EQ(caller->tenant, "vision");
    EXPECT_EQ(caller->role, Role::kUser);
  }
}

TEST(AGuard, SaysWhetherATokenIsMissingOrWrong) {
  const Guard guard(OneToken());
  EXPECT_EQ(WhyRefused(guard, {}), Reason::kTokenMissing);
  EXPECT_EQ(WhyRefused(guard, {"Bearer tw_another"}), Reason::kTokenInvalid);
}

TEST(AGuard, TakesExactlyOneWellFormedToken) {
  const Guard guard(OneToken());
  const std::string good = absl::StrCat("Bearer ", kSecret);
  const std::string long_one = "Bearer " + std::string(1 << 20, 'x');
  const std::string with_zero = good + std::string(1, '\0');
  EXPECT_EQ(WhyRefused(guard, {good, good}), Reason::kTokenInvalid);
  for (const std::string& odd :
       {std::string(), std::string("Bearer"), std::string("Bearer "), std::string("Basic YTpi"),
        std::string(kSecret), " " + good, good + " ", good + "\n", with_zero, long_one,
        absl::StrCat("Bearer ", kSecret, ",Bearer ", kSecret), std::string("Bearer \xC3\xA4\xFF"),
        absl::StrCat("Bearer\t", kSecret), absl::StrCat("Bearer  ", kSecret)}) {
    EXPECT_EQ(WhyRefused(guard, {odd}), Reason::kTokenInvalid) << odd.substr(0, 40);
  }
}

TEST(AGuard, EndsATokenWhenItsTimeIsOver) {
  Tokens tokens = OneToken();
  tokens.by_digest.begin()->second.expires = kNow;
  const Guard guard(tokens);
  const std::string good = absl::StrCat("Bearer ", kSecret);
  EXPECT_TRUE(guard.Identify({good}, kNow - seconds(1)).ok());
  EXPECT_EQ(WhyRefused(guard, {good}), Reason::kTokenExpired);
}

TEST(AGuard, GoesByTheNewestTokens) {
  Guard guard(OneToken());
  guard.Replace(Tokens());
  EXPECT_EQ(WhyRefused(guard, {absl::StrCat("Bearer ", kSecret)}), Reason::kTokenInvalid);
}

TEST(ATokenBucket, LetsABurstThroughAndThenAsManyAsItsRate) {
  TokenBucket bucket;
  for (int i = 0; i < 3; ++i) EXPECT_FALSE(bucket.Take(2, 3, kStart)) << i;
  const auto wait = bucket.Take(2, 3, kStart);
  ASSERT_TRUE(wait);
  EXPECT_DOUBLE_EQ(wait->count(), 0.5);
  EXPECT_TRUE(bucket.Take(2, 3, kStart + milliseconds(499)));
  EXPECT_FALSE(bucket.Take(2, 3, kStart + milliseconds(500)));
  EXPECT_TRUE(bucket.Take(2, 3, kStart + milliseconds(501)));
}

TEST(ATokenBucket, NeverHoldsMoreThanABurst) {
  TokenBucket bucket;
  EXPECT_FALSE(bucket.Take(10, 2, kStart));
  const auto later = kStart + std::chrono::hours(24);
  EXPECT_FALSE(bucket.Take(10, 2, later));
  EXPECT_FALSE(bucket.Take(10, 2, later));
  EXPECT_TRUE(bucket.Take(10, 2, later));
}

TEST(Quotas, OfCallsRefuseATenantAndSayWhenToComeAgain) {
  Guard guard(OneToken({.calls_per_second = 4, .burst = 1}));
  EXPECT_TRUE(guard.CountCall(Vision(), kStart).ok());
  const absl::Status refused = guard.CountCall(Vision(), kStart);
  EXPECT_EQ(refused.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(ReasonOf(refused), Reason::kQuotaExceeded);
  const auto limit = QuotaLimitOf(refused);
  ASSERT_TRUE(limit);
  EXPECT_EQ(limit->quota, "calls_per_second");
  EXPECT_EQ(limit->limit, 4);
  EXPECT_EQ(limit->subject, "vision");
  EXPECT_DOUBLE_EQ(limit->retry_seconds, 0.25);
  EXPECT_TRUE(guard.CountCall(Vision(), kStart + milliseconds(250)).ok());
}

TEST(Quotas, OfCallsAllowTwoSecondsWorthAtOnceWhereNoBurstIsGiven) {
  Guard guard(OneToken({.calls_per_second = 3}));
  for (int i = 0; i < 6; ++i) EXPECT_TRUE(guard.CountCall(Vision(), kStart).ok());
  EXPECT_FALSE(guard.CountCall(Vision(), kStart).ok());
}

TEST(Quotas, OfWatchesAndEvaluationsAreGivenBack) {
  Guard guard(OneToken({.open_watches = 2, .evaluations = 1}));
  auto first = guard.OpenWatch(Vision());
  const auto second = guard.OpenWatch(Vision());
  ASSERT_TRUE(first.ok() && second.ok());
  const auto third = guard.OpenWatch(Vision());
  EXPECT_EQ(QuotaLimitOf(third.status())->quota, "open_watches");
  EXPECT_TRUE(guard.BeginEvaluation(Vision()).ok()) << "counted by themselves";

  first->reset();
  EXPECT_TRUE(guard.OpenWatch(Vision()).ok());
}

TEST(Quotas, StayCountedWhenTheFileIsReadAgain) {
  Guard guard(OneToken({.open_watches = 1}));
  const auto watch = guard.OpenWatch(Vision());
  guard.Replace(OneToken({.open_watches = 1}));
  EXPECT_FALSE(guard.OpenWatch(Vision()).ok());
  guard.Replace(OneToken({.open_watches = 2}));
  EXPECT_TRUE(guard.OpenWatch(Vision()).ok());
}

TEST(Quotas, OfATenantThatIsGoneAreGivenBackSafely) {
  Guard guard(OneToken({.open_watches = 1}));
  auto watch = guard.OpenWatch(Vision());
  guard.Replace(Tokens());
  watch->reset();
  EXPECT_TRUE(guard.OpenWatch(Vision()).ok());
}

TEST(Quotas, OfOneTenantAreNotThoseOfAnother) {
  Tokens tokens = OneToken({.calls_per_second = 1, .burst = 1});
  tokens.by_digest[DigestOf("x")] = {{"b", "speech", Role::kUser}, std::nullopt};
  Guard guard(tokens);
  EXPECT_TRUE(guard.CountCall(Vision(), kStart).ok());
  EXPECT_FALSE(guard.CountCall(Vision(), kStart).ok());
  for (int i = 0; i < 9; ++i) EXPECT_TRUE(guard.CountCall({"b", "speech", {}}, kStart).ok());
  EXPECT_EQ(guard.MaxUnfinishedRuns("speech"), 0);
}

}  // namespace
}  // namespace thalweg::access
