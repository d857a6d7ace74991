#pragma once

#include <functional>

#include "absl/status/statusor.h"
#include "server/core/bounds.h"
#include "server/core/trust_region/conjugate_gradient.h"

namespace thalweg {

/// Minimises a quadratic model over the coordinates that are free, from a given slope on:
/// SolveByCg or SolveExactly, with what else they need.
using FreeSolver = std::function<absl::Status(const Vector& slope, const Vector& free,
                                              double radius, ModelStep& step)>;

/// A step p of the model at x with x + p within the bounds and ||p|| at most about the radius.
/// Without bounds it is the solver's. With them the solver's step is taken up to the walls it
/// would cross, which then hold, and solved on from there over what is still free; a step that can
/// be bent along its walls at a gain is (Lin & Moré (1999), projected searches).
absl::Status StepInBox(const Bounds& bounds, const Vector& x, const Vector& gradient, double radius,
                       const HessianProduct& hessian, const FreeSolver& solve, ModelStep& step);

/// The model's minimiser down the gradient, as far as the radius, bent at the walls and shortened
/// until it gains a fair part of what the slope promises.
absl::Status SteepestInBox(const Bounds& bounds, const Vector& x, const Vector& gradient,
                           double radius, const HessianProduct& hessian, ModelStep& step);

/// 1 where a coordinate can go against the gradient, 0 where a wall is in the way.
Vector FreeCoordinates(const Bounds& bounds, const Vector& x, const Vector& gradient);

/// x + p, within the bounds and exactly on those that p reaches.
Vector MovedWithin(const Bounds& bounds, const Vector& x, const Vector& p);

}  // namespace thalweg
