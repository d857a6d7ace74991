#pragma once

#include <span>

#include "absl/status/status.h"
#include "server/core/catalog_entry.h"
#include "server/core/iterate.h"
#include "server/core/problem.h"
#include "server/core/state.h"

namespace thalweg {

/// The rule that turns iterate k into iterate k + 1: a resumable state machine.
class Optimizer {
 public:
  virtual ~Optimizer() = default;

  /// Moves `at` from iterate k = at.iteration to k + 1 and evaluates it there: x, value, gradient,
  /// learning_rate, evaluations and the flags of the step are new on return. `at.value` and
  /// `at.gradient` are those at `at.x` on entry; the gradient may be changed on the way. They are
  /// finite unless the caller asked for several non-finite iterates in a row, where NaN may breed
  /// NaN. NaN and infinity found on the way are left in `at` for Descent to judge; a status is for
  /// an evaluation that could not be made.
  virtual absl::Status Step(Problem& problem, Iterate& at) = 0;

  /// All that the next Step depends on beside `at`. Called before the first step (a reader), or
  /// between any two (a writer).
  virtual void Remember(State& state) = 0;

  /// The largest rate at which this method is stable on a quadratic whose greatest curvature is
  /// `curvature` (> 0), or 0 where no such bound is known: 2 / curvature for gradient descent.
  virtual double LargestStableRate(double /*curvature*/) const { return 0; }
};

using OptimizerEntry = CatalogEntry<Optimizer>;

/// Every optimizer there is; defined in optimizers/catalogue.cc.
std::span<const OptimizerEntry> Optimizers();

}  // namespace thalweg
