#include "server/core/populations/evaluate.h"

#include <cmath>

#include "server/core/option_info.h"

namespace thalweg {

absl::Status EvaluateMembers(Problem& problem, const Matrix& points, Iterate& at, Vector& values) {
  absl::Status status = problem.Values(points, values);
  if (!status.ok()) return status;
  at.trials += points.cols();
  for (Index i = 0; i < values.size(); ++i) {
    if (!std::isfinite(values[i])) values[i] = kInfinity;
    if (!(values[i] < at.value)) continue;
    at.value = values[i];
    at.x = points.col(i);
    at.flags &= ~static_cast<uint32_t>(kRejected);
  }
  return status;
}

}  // namespace thalweg
