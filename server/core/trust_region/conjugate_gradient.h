#pragma once

#include <functional>

#include "absl/status/status.h"
#include "server/core/vector.h"

namespace thalweg {

/// The Hessian times v.
using HessianProduct = std::function<absl::Status(const Vector& v, Vector& product)>;

/// A step w of the quadratic model g'w + w'Hw / 2, with what is needed to go on from there.
struct ModelStep {
  Vector w;               ///< n; 0 where a coordinate is not free.
  Vector hw;              ///< n: H w
  bool bounded = false;   ///< The radius bounds it.
  bool negative = false;  ///< Curvature along it is not positive somewhere, or not finite.

  /// By how much the model falls.
  double Reduction(const Vector& gradient) const { return -w.dot(gradient + hw / 2); }
};

struct CgLimits {
  double radius = 0;   ///< ||w|| <= radius; may be infinite.
  double forcing = 0;  ///< Ends where ||g + H w|| <= forcing * ||g||, free coordinates only.
  int64_t products = 0;
};

/// Minimises the model over the coordinates i with free[i] = 1 (others: 0) by conjugate gradients
/// from w = 0: Steihaug (1983). Where the curvature is not positive it goes on to the radius; with
/// an infinite one it ends where it is, or with -g where it has not begun (Dembo & Steihaug
/// (1983)).
absl::Status SolveByCg(const HessianProduct& hessian, const Vector& gradient, const Vector& free,
                       const CgLimits& limits, ModelStep& step);

/// How exactly a Newton system is worth solving, by how the gradient fell: Eisenstat & Walker
/// (1996), choice 2, which is free of scales.
struct Forcing {
  double previous = 0;  ///< Norm of the projected gradient one step ago; 0: none.
  /// For a gradient of norm `now`, which becomes the previous one.
  double Next(double now);
};

}  // namespace thalweg
