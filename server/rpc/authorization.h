#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "server/access/guard.h"
#include "server/rpc/method.h"

namespace thalweg::rpc {

/// What an RPC asks of who calls it.
struct Rule {
  access::Role least = access::Role::kAdmin;
  bool evaluates = false;  ///< Computes for the caller while it lasts: counted by `evaluations`.
};

/// The rule of "thalweg.v1.OptimizationService", "CreateRun". An RPC without one is refused to all.
std::optional<Rule> RuleOf(std::string_view service, std::string_view method);

/// What a caller who may go on holds while the call lasts.
struct Admitted {
  access::Caller caller;
  access::Hold hold;
};

/// Whether a call with these values of `authorization` may go on: UNAUTHENTICATED,
/// PERMISSION_DENIED (ROLE_TOO_LOW) or RESOURCE_EXHAUSTED (QUOTA_EXCEEDED) where not.
absl::StatusOr<Admitted> Authorize(access::Guard& guard, const Method& method,
                                   const std::vector<std::string_view>& authorization);

}  // namespace thalweg::rpc
