#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "server/core/vector.h"

namespace thalweg {

class State;

/// How often the objective was asked, since the run began. Iterations are not evaluations.
struct Evaluations {
  int64_t values = 0;            ///< f(x); one that comes with a gradient or residuals counts too.
  int64_t gradients = 0;         ///< Gradients of f; a Jacobian of residuals is one.
  int64_t hessian_products = 0;  ///< Hessian times vector.
  int64_t constraints = 0;       ///< All constraints at a point, with their gradients or without.

  /// What budgets count: gradients and products as much as values.
  int64_t all() const { return values + gradients + hessian_products; }

  friend bool operator==(const Evaluations&, const Evaluations&) = default;
};

/// What is worth knowing about an iterate beside its numbers; bits that are combined.
enum IterateFlag : uint32_t {
  kNewBest = 1U << 0,    ///< The best so far.
  kNonFinite = 1U << 1,  ///< The value or a coordinate of the gradient is NaN or infinite.
  kClipped = 1U << 2,    ///< The gradient was clipped for the step that led here.
  kRejected = 1U << 3,   ///< No trial was good enough: x is that of the iterate before.
  kRestarted = 1U << 4,  ///< The optimizer began afresh for the step that led here.
  kChanged = 1U << 5,    ///< Settings were changed just before the step that led here.
};

/// Something that happened on the way and is worth a line: a restart, another stage, a choice.
struct Note {
  std::string code;  ///< "restart": lower case, stable.
  std::string text;  ///< One sentence.

  friend bool operator==(const Note&, const Note&) = default;
};

/// The state after iteration k of a problem that is minimised. Iteration 0 is the start.
/// An optimizer's Step updates all of it but `iteration`, `step_norm`, `evaluations` and the flags
/// kNewBest, kNonFinite and kChanged, which Descent keeps. Descent clears `trials`, `notes` and the
/// flags before each step.
struct Iterate {
  int64_t iteration = 0;
  Vector x;                  ///< n
  double value = 0;          ///< f(x), or -f(x) of an objective that is maximised.
  Vector gradient;           ///< n, of `value`; empty where no gradient was asked for.
  double step_norm = 0;      ///< ||x_k - x_{k-1}||_2; 0 at the start.
  double learning_rate = 0;  ///< Step length, rate or trust radius of the step; 0 at the start.
  double violation = 0;      ///< Of the constraints at x: the greatest; 0 where all hold.
  int64_t trials = 0;        ///< Points tried for the step that led here; 0: it had no choice.
  Evaluations evaluations;
  /// Passes over the training rows so far, of objectives of data.
  double epoch = 0;
  /// Of steps that see batches: f over all rows, where it was computed. Otherwise NaN.
  double training_value = std::numeric_limits<double>::quiet_NaN();
  /// Mean loss over the rows held out, where it was computed. Otherwise NaN.
  double validation_value = std::numeric_limits<double>::quiet_NaN();
  Vector variable_gradient_norms;  ///< Of the gradient, by variable, where layered(); else empty.
  uint32_t flags = 0;              ///< IterateFlag bits.
  std::vector<Note> notes;         ///< Of the step that led here; usually none.
};

/// Keeps all of it but `notes`, which are gone before anyone can ask.
void Remember(State& state, Iterate& at);

/// The best iterate so far: smallest finite value, the first among equals. Where there are
/// constraints, one that violates them less (beyond a tolerance) is better. Where rows are held out
/// their validation value counts instead, and where steps see batches the training value; iterates
/// without it are no candidates.
struct Best {
  int64_t iteration = 0;
  double value = 0;  ///< In the problem's sign: the Iterate's value, or what counts instead.
  double violation = 0;
  Vector x;
};

}  // namespace thalweg
