#pragma once

#include "server/core/constraints.h"
#include "server/core/vector.h"

namespace thalweg {

/// What methods for constraints put into Iterate::gradient: the gradient of the Lagrangian,
/// g - A*lambda, where A (n x m) has the constraints' gradients and a multiplier is positive at a
/// lower bound. Multipliers of constraints that are not active at x (their bound is farther than
/// the tolerance) are left out, so that a small gradient means complementarity too.
void LagrangianGradient(const Constraints& constraints, const Vector& values,
                        const Vector& gradient, const Matrix& slopes, const Vector& multipliers,
                        Vector& result);

}  // namespace thalweg
