#pragma once

#include <vector>

#include "absl/status/status.h"
#include "server/core/optimizer.h"
#include "server/core/part.h"
#include "server/core/problem.h"

namespace thalweg {

/// Whether an optimizer of these capabilities can work on the problem. Refused (field "kind") with
/// what does not fit and the names of optimizers that would: bounds that it would leave, a box
/// that it needs, constraints that it knows nothing of, residuals that are not there.
absl::Status CheckPairing(const Part& optimizer, const Capabilities& capabilities,
                          const Problem& problem);

/// Refuses rules (field "[i]") that look at gradients where none are computed.
absl::Status CheckRules(const std::vector<Part>& rules, const Capabilities& capabilities);

}  // namespace thalweg
