#pragma once

#include "absl/status/status.h"
#include "server/core/iterate.h"
#include "server/core/problem.h"

namespace thalweg {

/// The objective at every column of `points`, one trial each. The best of them becomes the iterate
/// where it is better (which takes back kRejected); what is not finite becomes +infinity.
absl::Status EvaluateMembers(Problem& problem, const Matrix& points, Iterate& at, Vector& values);

}  // namespace thalweg
