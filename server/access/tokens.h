#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "absl/status/statusor.h"
#include "server/access/caller.h"
#include "server/access/digest.h"

namespace thalweg::access {

/// What one tenant may have at a time; 0: no limit but the server's own.
struct Quotas {
  int64_t unfinished_runs = 0;
  int64_t open_watches = 0;      ///< Streams.
  int64_t calls_per_second = 0;  ///< Of all RPCs together, over time.
  int64_t burst = 0;             ///< Calls at once; 0: as many as in two seconds.
  int64_t dataset_mib = 0;       ///< MiB of datasets and uploads.
  int64_t evaluations = 0;       ///< Calls of ObjectiveService under way.
};

struct Token {
  Caller caller;
  std::optional<std::chrono::system_clock::time_point> expires;
};

/// All that a tokens file says.
struct Tokens {
  std::unordered_map<Digest, Token, DigestHash> by_digest;
  Quotas defaults;                       ///< Of tenants that have none of their own.
  std::map<std::string, Quotas> quotas;  ///< By tenant.

  const Quotas& QuotasOf(const std::string& tenant) const;
};

/// Reads the text of a tokens file (TOML; its form is in README.md). INVALID_ARGUMENT names the
/// entry and the field: 'tokens[2] "ci": role: is "root"; expected monitor, viewer, user or admin'.
/// What is not known is refused, since a misspelt limit would be none.
absl::StatusOr<Tokens> ParseTokens(std::string_view text);

}  // namespace thalweg::access
