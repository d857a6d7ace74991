#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "absl/status/statusor.h"
#include "server/core/batches/row_feed.h"
#include "server/core/diagnosis/learning_curve.h"
#include "server/core/diagnosis/path.h"
#include "server/core/iterate.h"
#include "server/core/objective.h"
#include "server/core/part.h"
#include "server/core/problem.h"
#include "server/core/progress_meter.h"
#include "server/core/regime.h"
#include "server/core/state.h"
#include "server/core/stop_reason.h"
#include "server/core/stopping_rule.h"

namespace thalweg {

/// One iterate as a trace keeps it. Values are in the caller's sign: of f itself, also when f is
/// maximised. References are valid during the call only.
struct IterateRecord {
  const Iterate& at;  ///< at.value is in the problem's sign; use `value`.
  double value = 0;
  double best_value = 0;  ///< Best so far, this iterate included.
  /// 2-norm and largest absolute coordinate of the gradient; with bounds of P(x - gradient) - x;
  /// NaN where the optimizer asks for no gradients.
  double gradient_norm = 0;
  double gradient_max = 0;
};

/// Receives every iterate, in order, from the thread that calls Advance.
class IterateSink {
 public:
  virtual ~IterateSink() = default;
  virtual void Record(const IterateRecord& record) = 0;
};

/// What defines a descent. The same settings give the same iterates, bit for bit.
struct DescentSettings {
  Part optimizer;
  std::vector<Part> stopping{};  ///< As the caller gave them; safeguards are added.
  Direction direction = Direction::kMinimize;
  Vector start;                   ///< n
  Bounds bounds{};                ///< n each, or none.
  uint64_t seed = 0;              ///< Of all randomness.
  Part batches{};                 ///< Which rows a step sees; no kind: all.
  std::vector<Change> changes{};  ///< In order of iteration, one at most at each.
  /// Iterates before this one are computed but not recorded, and do not end the descent.
  int64_t first_iteration = 0;
};

/// A descent: step, record, ask the stopping rules, repeat. It can be left after any iteration,
/// remembered, and taken up again elsewhere with the same bits.
class Descent {
 public:
  /// Checks all settings; all that is wrong is said at once. Errors have field paths
  /// "optimizer...", "stopping[i]...", "start", "bounds", "batches...",
  /// "changes[i].optimizer...". A start
  /// outside the bounds is moved onto them, which a note of iterate 0 says.
  static absl::StatusOr<std::unique_ptr<Descent>> Create(std::unique_ptr<Objective> objective,
                                                         DescentSettings settings,
                                                         Constraints constraints = {});

  /// Evaluates the start. Refuses one where the objective, its gradient or a constraint is not
  /// finite, with what is wrong there. Records nothing: the first Advance records iterate 0.
  absl::Status Begin();

  /// Up to `most` further iterates, each given to `sink`; the first call gives iterate 0 too.
  /// An iterate after which settings change does not end the descent.
  /// Returns early with why the descent is over, or with nothing when `interrupted` (asked once per
  /// iteration; may be empty) returns true. `elapsed_seconds` is the time the run has taken so far.
  /// Where several rules are met at once, the most telling reason counts, in the order non-finite,
  /// diverged, converged, stalled, limit, paused. No rule finds convergence where constraints are
  /// violated beyond their tolerance. Not to be called again once it gave a reason other than
  /// kPaused, which is no end: the next call goes on. The reason is bare: see Explained.
  std::optional<StopReason> Advance(int64_t most, double elapsed_seconds,
                                    const std::function<bool()>& interrupted, IterateSink& sink);

  /// `reason`, which Advance gave, with what a person would want to know: which subexpression is
  /// not finite, findings, a certificate of the best iterate. Evaluates the objective a bounded
  /// number of times (see Probe), which nobody counts. What looked like convergence may turn out to
  /// be none.
  StopReason Explained(StopReason reason);

  /// Everything that the iterates to come depend on, for a checkpoint. A reader replaces Begin;
  /// one whose `state.Finish()` is not OK leaves a descent that must not be used.
  void Remember(State& state);

  /// Changes settings after an iterate that has not been left yet, in place of what was to change
  /// there; no later change may be known. Refused, with nothing changed, where the settings are
  /// not good: errors are under "optimizer" and "stopping".
  absl::Status ChangeSettings(const Change& change);

  /// The iterate it is at goes to the next sink, as if none had been given it.
  void RecordAgain() { recorded_ = false; }

  const Iterate& at() const { return at_; }
  const Best& best() const { return meter_.best(); }
  double best_gradient_norm() const { return meter_.best_gradient_norm(); }
  Problem& problem() { return *problem_; }
  const Optimizer& optimizer() const { return regime_.optimizer(); }
  /// The rules it goes by, with safeguards and defaults.
  const std::vector<Part>& stopping() const { return regime_.stopping(); }

 private:
  Descent(std::unique_ptr<Objective> objective, DescentSettings settings, Constraints constraints,
          Regime regime, RowFeed feed);

  absl::Status CheckChanges() const;
  std::optional<StopReason> Settle(double elapsed_seconds, IterateSink& sink);
  absl::Status Step();
  absl::Status Observe();
  absl::Status MeasureAllRows();
  Best BestByValue();
  void MeasureLast();
  bool ChangeIsDue() const;
  absl::Status ApplyChange();
  void SkipChanges(State& state);
  void TakeSeed(uint64_t seed);
  void Record(IterateSink& sink);
  std::optional<StopReason> AskStoppingRules(double elapsed_seconds);
  void Remark();
  void RememberRows(State& state);
  StopReason Failed(const absl::Status& status) const;

  std::unique_ptr<Objective> objective_;
  DescentSettings settings_;
  std::optional<Problem> problem_;  // always there; made anew for another seed
  Regime regime_;
  RowFeed feed_;
  size_t changes_made_ = 0;  // of settings_.changes

  Iterate at_;
  ProgressMeter meter_;
  bool recorded_ = false;  // whether at_ has been given to a sink
  bool judged_ = false;    // whether the rules have seen at_
  Vector previous_x_;      // n; where the last step came from
  Path path_;              // of the last iterates
  LearningCurve curve_;    // of those at which all rows were looked at
  int64_t passes_at_start_ = 0;
};

}  // namespace thalweg
