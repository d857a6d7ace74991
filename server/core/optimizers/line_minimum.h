#pragma once

#include <functional>

#include "absl/status/statusor.h"

namespace thalweg {

/// A step along a line and the value there.
struct LinePoint {
  double t = 0;
  double value = 0;
};

/// How far a line may be followed, and how finely.
struct LineLimits {
  double low = 0, high = 0;  ///< low <= 0 <= high: no step leaves this; may be infinite.
  double first_step = 1;     ///< > 0, tried first in both directions.
  double relative = 1e-3;    ///< The minimum is found to relative*|t| + absolute.
  double absolute = 0;       ///< > 0
};

/// The lowest point found near t = 0 along a line, where the value is `value`; never higher than
/// that. Brackets a minimum by growing steps, then Brent's method: Brent (1973), ch. 5. Values that
/// are not finite count as higher than all others. At most 150 values are asked.
absl::StatusOr<LinePoint> LineMinimum(
    const std::function<absl::Status(double t, double& value)>& value_at, double value,
    const LineLimits& limits);

}  // namespace thalweg
