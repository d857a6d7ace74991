#pragma once

#include <optional>
#include <span>
#include <vector>

#include "server/core/catalog_entry.h"
#include "server/core/iterate.h"
#include "server/core/problem.h"
#include "server/core/state.h"
#include "server/core/stop_reason.h"

namespace thalweg {

/// What a stopping rule may look at. Values are in the problem's sign (smaller is better).
struct Progress {
  const Iterate& at;
  double previous_value = 0;  ///< Value of the iterate before; that of the start at iteration 0.
  double start_value = 0;
  /// 2-norm and largest absolute coordinate of the gradient; with bounds of P(x - gradient) - x;
  /// NaN where the optimizer asks for no gradients.
  double gradient_norm = 0;
  double gradient_max = 0;
  const Best& best;
  double elapsed_seconds = 0;  ///< Time spent running, over all restarts of the server.
  Direction direction = Direction::kMinimize;
  bool batched = false;  ///< Value and gradient are those of some rows of data only.
  bool feasible = true;  ///< Constraints hold; where they do not, nothing has converged.
};

/// Decides that a run is over, and says why; or that it pauses (kPaused). Its main option is
/// always called `threshold`.
class StoppingRule {
 public:
  virtual ~StoppingRule() = default;
  /// Asked once per iterate, in order, beginning with the start.
  virtual std::optional<StopReason> Check(const Progress& progress) = 0;
  /// All that the next Check depends on beside its argument.
  virtual void Remember(State& /*state*/) {}
};

/// Asks all of `rules`, since some count iterates. Where several are met at once, the most telling
/// reason counts, in the order non-finite, diverged, converged, stalled, limit.
/// `unfinished`: convergence and stalls are not believed (Optimizer::Unfinished).
std::optional<StopReason> Ask(std::span<const std::unique_ptr<StoppingRule>> rules,
                              const Progress& progress, bool unfinished = false);

using StoppingRuleEntry = CatalogEntry<StoppingRule>;

/// Every rule there is; defined in stopping/catalogue.cc.
std::span<const StoppingRuleEntry> StoppingRules();

/// The rules a run goes by: those the caller gave, or `gradient_norm` where they gave none but
/// `pause` and the optimizer goes by gradients (methods for sums of squares end by themselves, in
/// the units of the residuals, where an absolute threshold is met too early or never), and in any
/// case, unless given with other settings, the safeguards `iterations`, `divergence` and
/// `non_finite`. Safeguards come first. Errors are under "[i]".
///
/// Where steps see batches, no gradient is a sensible end, and `epochs` stands for `iterations`
/// unless one of them is given.
absl::StatusOr<std::vector<Part>> WithSafeguards(const std::vector<Part>& given,
                                                 bool with_gradient = true, bool batched = false);

}  // namespace thalweg
