#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "server/core/optimizer.h"
#include "server/core/part.h"
#include "server/core/problem.h"
#include "server/core/state.h"
#include "server/core/stop_reason.h"
#include "server/core/stopping_rule.h"

namespace thalweg {

/// Settings that take effect between iterates `iteration` and `iteration` + 1 of a descent, all of
/// them: what does not change is said again.
struct Change {
  int64_t iteration = 0;
  Part optimizer;
  std::vector<Part> stopping;
  std::optional<uint64_t> seed{};  ///< Of all randomness; absent: as before.

  friend bool operator==(const Change&, const Change&) = default;
};

/// What a descent goes by until its settings change: an optimizer and stopping rules.
class Regime {
 public:
  /// Checks all of it, saying everything that is wrong at once, under "optimizer" and "stopping".
  /// `batched`: steps see some rows of data at a time.
  static absl::StatusOr<Regime> Make(const Part& optimizer, const std::vector<Part>& stopping,
                                     bool batched = false);
  /// Whether it can work on the problem; errors are under "optimizer" and "stopping".
  absl::Status Check(Problem& problem) const;

  /// Goes on where `before` leaves: the optimizer, and every rule, remembers what one of the same
  /// kind did, where no setting but numbers and schedules differs: a count, a flag or a part may
  /// change what there is to remember. False where the optimizer begins afresh.
  bool TakeOver(Regime& before);

  /// Why the descent is over at an iterate, where it is; every rule sees every iterate.
  std::optional<StopReason> Verdict(const Iterate& at, const Progress& progress);

  Optimizer& optimizer() { return *optimizer_; }
  const Optimizer& optimizer() const { return *optimizer_; }
  const Part& optimizer_part() const { return optimizer_part_; }
  /// With safeguards and defaults.
  const std::vector<Part>& stopping() const { return stopping_; }

  void Remember(State& state);

 private:
  Regime() = default;

  bool batched_ = false;
  Part optimizer_part_;
  std::unique_ptr<Optimizer> optimizer_;
  std::vector<Part> stopping_;
  std::vector<std::unique_ptr<StoppingRule>> rules_;  // one for each of stopping_
};

/// What tells the settings of `after` from those of `before`, for people:
/// "learning_rate 0.1 -> 0.01, iterations 1000 -> 5000"; empty where nothing does.
std::string Differences(const Regime& before, const Regime& after);

}  // namespace thalweg
