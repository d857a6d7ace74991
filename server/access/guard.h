#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "server/access/token_bucket.h"
#include "server/access/tokens.h"

namespace thalweg::access {

/// What a caller holds while a call lasts, counted against its tenant's quota; given back when the
/// last copy goes. Null: nothing is counted.
using Hold = std::shared_ptr<const void>;

/// Knows who may call, and how much each tenant has in use. Memory is bounded by the tokens file,
/// whatever tokens are tried. Safe for concurrent use; quick enough for gRPC's own threads.
class Guard {
 public:
  using WallTime = std::chrono::system_clock::time_point;
  using SteadyTime = std::chrono::steady_clock::time_point;

  explicit Guard(Tokens tokens);

  /// From now on. What is in use stays counted.
  void Replace(Tokens tokens);

  /// Who sent these values of `authorization`: exactly one "Bearer <token>" is expected.
  /// UNAUTHENTICATED (TOKEN_MISSING, TOKEN_INVALID, TOKEN_EXPIRED) otherwise; never names the
  /// token.
  absl::StatusOr<Caller> Identify(const std::vector<std::string_view>& authorization,
                                  WallTime now) const;

  /// Counts a call. RESOURCE_EXHAUSTED (QUOTA_EXCEEDED, calls_per_second) with when to try again.
  absl::Status CountCall(const Caller& caller, SteadyTime now);
  /// RESOURCE_EXHAUSTED (QUOTA_EXCEEDED) where the tenant has as many as it may.
  absl::StatusOr<Hold> OpenWatch(const Caller& caller);
  absl::StatusOr<Hold> BeginEvaluation(const Caller& caller);

  /// Runs that a tenant may have unfinished; 0: no limit.
  int64_t MaxUnfinishedRuns(const std::string& tenant) const;
  /// Bytes of datasets that a tenant may have; 0: no limit.
  int64_t MaxDatasetBytes(const std::string& tenant) const;

 private:
  /// Of one tenant.
  struct Use {
    std::mutex mutex;
    TokenBucket calls;
    int64_t watches = 0;
    int64_t evaluations = 0;
  };
  struct Account {
    Quotas quotas;
    std::shared_ptr<Use> use;
  };
  Account AccountOf(const std::string& tenant) const;
  absl::StatusOr<Hold> Take(const Caller& caller, const char* quota, int64_t Quotas::*most,
                            int64_t Use::*count);

  mutable std::mutex mutex_;
  std::shared_ptr<const Tokens> tokens_;
  std::map<std::string, std::shared_ptr<Use>> uses_;  // of every tenant in tokens_
};

}  // namespace thalweg::access
