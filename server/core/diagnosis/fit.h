#pragma once

#include <optional>
#include <vector>

#include "server/core/certificate.h"
#include "server/core/diagnosis/probe.h"

namespace thalweg {

/// The statistics of the fit at x: s^2 inv(J'J) with s^2 = r'r / (m - n), over the coordinates that
/// are not `held` (n flags). Nothing where f is no sum of squares, has no more residuals than
/// parameters, or is too large for its Jacobian to be decomposed.
std::optional<Fit> FitAt(Probe& probe, const Vector& x, const std::vector<char>& held);

}  // namespace thalweg
