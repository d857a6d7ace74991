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
/// `batched`: it is to see some rows of data at a time.
absl::Status CheckPairing(const Part& optimizer, const Capabilities& capabilities,
                          const Problem& problem, bool batched = false);

/// Refuses rules (field "[i]") that look at gradients where none are computed, or that compare
/// values or gradients of different rows.
absl::Status CheckRules(const std::vector<Part>& rules, const Capabilities& capabilities,
                        bool batched = false);

/// Refuses rules (field "[i]") that look at rows where the objective has none.
absl::Status CheckRules(const std::vector<Part>& rules, Problem& problem);

}  // namespace thalweg
