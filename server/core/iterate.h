#pragma once

#include <cstdint>

#include "server/core/vector.h"

namespace thalweg {

/// How often the objective was asked, since the run began. Iterations are not evaluations.
struct Evaluations {
  int64_t values = 0;     ///< f(x); one that comes with a gradient counts here too.
  int64_t gradients = 0;  ///< Gradients of f.

  friend bool operator==(const Evaluations&, const Evaluations&) = default;
};

/// What is worth knowing about an iterate beside its numbers; bits that are combined.
enum IterateFlag : uint32_t {
  kNewBest = 1U << 0,    ///< The best value so far.
  kNonFinite = 1U << 1,  ///< The value or a coordinate of the gradient is NaN or infinite.
  kClipped = 1U << 2,    ///< The gradient was clipped for the step that led here.
};

/// The state after iteration k of a problem that is minimised. Iteration 0 is the start.
/// An optimizer's Step updates all of it but `iteration`, `step_norm` and the kNewBest and
/// kNonFinite flags, which Descent keeps.
struct Iterate {
  int64_t iteration = 0;
  Vector x;                  ///< n
  double value = 0;          ///< f(x), or -f(x) of an objective that is maximised.
  Vector gradient;           ///< n; of `value`.
  double step_norm = 0;      ///< ||x_k - x_{k-1}||_2; 0 at the start.
  double learning_rate = 0;  ///< Of the step that led here; 0 at the start.
  Evaluations evaluations;
  uint32_t flags = 0;  ///< IterateFlag bits.
};

/// The best iterate so far: smallest finite value, the first among equals.
struct Best {
  int64_t iteration = 0;
  double value = 0;  ///< In the problem's sign, as Iterate::value.
  Vector x;
};

}  // namespace thalweg
