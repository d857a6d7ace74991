#pragma once

#include <limits>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "server/core/catalog_entry.h"
#include "server/core/iterate.h"
#include "server/core/problem.h"
#include "server/core/state.h"
#include "server/core/stop_reason.h"

namespace thalweg {

/// What an optimizer asks of its problem, and what it honours. A pairing that cannot work is
/// refused before it starts; see pairing.h.
struct Capabilities {
  bool gradient = true;       ///< Asks for gradients: at.gradient is that at at.x.
  bool hessian = false;       ///< Asks for products with the Hessian.
  bool residuals = false;     ///< Works on sums of squares only.
  bool bounds = false;        ///< Never evaluates outside the bounds.
  bool needs_bounds = false;  ///< Searches a box: every coordinate needs two finite bounds.
  bool constraints = false;   ///< Honours constraints.
  bool searches_on = false;   ///< Goes on after a stationary point: a small gradient is no end.
  bool rate = false;          ///< Moves by a learning rate that its settings give.
  bool batches = false;       ///< One gradient a step: it may be that of some rows of data.
  bool random = false;        ///< Draws random numbers: another seed is another path.
  bool rows = false;          ///< Passes over the rows of data by itself: a step is an epoch.
  bool linear_rows = false;   ///< Keeps slopes of terms: scores must be linear, see rows.h.
  /// n up to which it can work, where it keeps n x n numbers or the like.
  Index most_coordinates = std::numeric_limits<Index>::max();

  /// Whether a small gradient is a sensible end where no rule was asked for: not for searches, nor
  /// for sums of squares, whose gradients' size says little; their methods end themselves.
  bool EndsAtSmallGradient() const { return gradient && !residuals && !searches_on; }

  friend bool operator==(const Capabilities&, const Capabilities&) = default;
};

/// The rule that turns iterate k into iterate k + 1: a resumable state machine.
class Optimizer {
 public:
  virtual ~Optimizer() = default;

  virtual Capabilities capabilities() const = 0;

  /// Evaluates the start, at.x: at.value, and at.gradient where it asks for gradients. Only for
  /// methods that take the value from something else than the problem's value: residuals, say.
  virtual absl::Status Begin(Problem& problem, Iterate& at) {
    return capabilities().gradient ? problem.Evaluate(at) : problem.Value(at.x, at.value);
  }

  /// Moves `at` from iterate k = at.iteration to k + 1: x, value, gradient (where it asks for
  /// gradients), learning_rate, trials and the flags of the step are new on return. `at.value` and
  /// `at.gradient` are those at `at.x` on entry; the gradient may be changed on the way. They are
  /// finite unless the caller asked for several non-finite iterates in a row, where NaN may breed
  /// NaN. NaN and infinity found on the way are left in `at` for Descent to judge, or avoided by
  /// methods that try several points; a status is for an evaluation that could not be made.
  virtual absl::Status Step(Problem& problem, Iterate& at) = 0;

  /// Asked after each Step: why the method can go no further, where it cannot: its simplex or
  /// population has collapsed, its line search finds nothing lower. Depends on nothing but what
  /// Remember keeps. `findings` may stay empty.
  virtual std::optional<StopReason> Finished() const { return std::nullopt; }

  /// Whether convergence at `at`, by whatever rule, is not to be believed yet: the method has more
  /// to look at there. Asked at the start too. Limits end a run all the same.
  virtual bool Unfinished(const Iterate& /*at*/) const { return false; }

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
