#include "server/access/guard.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "server/core/violation.h"

namespace thalweg::access {
namespace {

constexpr std::string_view kScheme = "bearer ";
constexpr size_t kLongestToken = 512;  // bytes; ours have 46

absl::Status Unauthenticated(Reason reason, std::string what) {
  return RefuseWith(absl::StatusCode::kUnauthenticated, reason, std::move(what));
}

absl::Status Invalid() {
  return Unauthenticated(Reason::kTokenInvalid, "this server knows no such token");
}

/// The token of an authorization "Bearer <token>" (RFC 6750, 2.1); nothing for any other text.
std::optional<std::string_view> BearerToken(std::string_view value) {
  const auto same = [](char a, char b) {
    return absl::ascii_tolower(static_cast<unsigned char>(a)) == b;
  };
  if (value.size() <= kScheme.size() || !std::equal(kScheme.begin(), kScheme.end(), value.begin(),
                                                    [&](char b, char a) { return same(a, b); })) {
    return std::nullopt;
  }
  const std::string_view token = value.substr(kScheme.size());
  const bool printable = std::all_of(token.begin(), token.end(), [](char c) {
    return absl::ascii_isgraph(static_cast<unsigned char>(c));
  });
  if (!printable || token.size() > kLongestToken) return std::nullopt;
  return token;
}

}  // namespace

Guard::Guard(Tokens tokens) { Replace(std::move(tokens)); }

void Guard::Replace(Tokens tokens) {
  std::map<std::string, std::shared_ptr<Use>> uses;
  const std::lock_guard lock(mutex_);
  for (const auto& [digest, token] : tokens.by_digest) {
    const std::string& tenant = token.caller.tenant;
    const auto before = uses_.find(tenant);
    uses.emplace(tenant, before == uses_.end() ? std::make_shared<Use>() : before->second);
  }
  uses_ = std::move(uses);
  tokens_ = std::make_shared<const Tokens>(std::move(tokens));
}

absl::StatusOr<Caller> Guard::Identify(const std::vector<std::string_view>& authorization,
                                       WallTime now) const {
  if (authorization.empty()) {
    return Unauthenticated(Reason::kTokenMissing,
                           "this server asks for a token: send metadata 'authorization: Bearer "
                           "<token>'");
  }
  const auto text = BearerToken(authorization.front());
  if (authorization.size() > 1 || !text) {
    return Unauthenticated(Reason::kTokenInvalid, "authorization must be one 'Bearer <token>'");
  }
  std::shared_ptr<const Tokens> tokens;
  {
    const std::lock_guard lock(mutex_);
    tokens = tokens_;
  }
  // Looking a digest up takes a time that depends on it, which tells a stranger nothing: they
  // cannot choose digests bit by bit, and from one there is no way back to the token.
  const auto found = tokens->by_digest.find(DigestOf(*text));
  if (found == tokens->by_digest.end()) return Invalid();
  const Token& token = found->second;
  if (token.expires && now >= *token.expires) {
    return Unauthenticated(Reason::kTokenExpired,
                           absl::StrCat("the token ", Quoted(token.caller.name), " has expired"));
  }
  return token.caller;
}

Guard::Account Guard::AccountOf(const std::string& tenant) const {
  const std::lock_guard lock(mutex_);
  const auto found = uses_.find(tenant);
  return {tokens_->QuotasOf(tenant), found == uses_.end() ? nullptr : found->second};
}

absl::Status Guard::CountCall(const Caller& caller, SteadyTime now) {
  const Account account = AccountOf(caller.tenant);
  const Quotas& quotas = account.quotas;
  if (quotas.calls_per_second == 0 || !account.use) return absl::OkStatus();
  const auto rate = static_cast<double>(quotas.calls_per_second);
  const double burst = quotas.burst > 0 ? static_cast<double>(quotas.burst) : 2 * rate;
  const std::lock_guard lock(account.use->mutex);
  const auto wait = account.use->calls.Take(rate, burst, now);
  if (!wait) return absl::OkStatus();
  return RefuseQuota({.quota = "calls_per_second",
                      .limit = quotas.calls_per_second,
                      .subject = caller.tenant,
                      .retry_seconds = wait->count()},
                     absl::StrCat("more than the ", quotas.calls_per_second,
                                  " calls a second that tenant ", Quoted(caller.tenant), " has"));
}

absl::StatusOr<Hold> Guard::Take(const Caller& caller, const char* quota, int64_t Quotas::*most,
                                 int64_t Use::*count) {
  const Account account = AccountOf(caller.tenant);
  const std::shared_ptr<Use> use = account.use;
  if (!use) return Hold();
  const int64_t limit = account.quotas.*most;
  {
    const std::lock_guard lock(use->mutex);
    if (limit != 0 && (*use).*count >= limit) {
      return RefuseQuota(
          {.quota = quota, .limit = limit, .subject = caller.tenant, .retry_seconds = 1},
          absl::StrCat("tenant ", Quoted(caller.tenant), " has ", limit, " ", quota,
                       " already, as many as it may"));
    }
    ++((*use).*count);
  }
  return Hold(use.get(), [use, count](const void*) {
    const std::lock_guard lock(use->mutex);
    --((*use).*count);
  });
}

absl::StatusOr<Hold> Guard::OpenWatch(const Caller& caller) {
  return Take(caller, "open_watches", &Quotas::open_watches, &Use::watches);
}

absl::StatusOr<Hold> Guard::BeginEvaluation(const Caller& caller) {
  return Take(caller, "evaluations", &Quotas::evaluations, &Use::evaluations);
}

int64_t Guard::MaxUnfinishedRuns(const std::string& tenant) const {
  const std::lock_guard lock(mutex_);
  return tokens_->QuotasOf(tenant).unfinished_runs;
}

int64_t Guard::MaxDatasetBytes(const std::string& tenant) const {
  const std::lock_guard lock(mutex_);
  return tokens_->QuotasOf(tenant).dataset_mib << 20;
}

}  // namespace thalweg::access
