#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "absl/status/statusor.h"
#include "server/core/optimizer.h"
#include "server/core/part.h"
#include "server/core/progress_meter.h"
#include "server/core/stopping_rule.h"

namespace thalweg {

/// A descent within a descent: an optimizer that moves the iterate of another, for as long as
/// stopping rules of its own allow. Its iterations are counted from 0, so that its schedules and
/// its random numbers are those of a run by itself.
class Leg {
 public:
  /// `until`: as the stopping rules of a run, but for `time` and `pause`, since a run must be
  /// the same when it is repeated. Errors are under "optimizer" and "until[i]".
  static absl::StatusOr<Leg> Make(Part optimizer, std::vector<Part> until);

  const Part& part() const { return part_; }
  const Optimizer& optimizer() const { return *optimizer_; }
  const Best& best() const { return meter_.best(); }
  bool begun() const { return begun_; }

  /// Begins afresh at `at.x`. `evaluated`: at.value is known there, and the gradient where it is
  /// not empty; what else the optimizer needs is evaluated. `stream` tells apart the random numbers
  /// of several legs.
  absl::Status Begin(Problem& problem, int64_t stream, bool evaluated, Iterate& at);

  /// One step, and why the leg is over, if it is. One that diverged, or left where f is finite,
  /// ends at its best point.
  absl::StatusOr<std::optional<StopReason>> Step(Problem& problem, Iterate& at);

  void Remember(State& state);

 private:
  Leg(Part optimizer, std::vector<Part> rules)
      : part_(std::move(optimizer)), until_(std::move(rules)) {}
  absl::Status Renew();  // a fresh optimizer and fresh rules
  absl::Status GoBack(Problem& problem, Iterate& at);

  Part part_;
  std::vector<Part> until_;
  std::unique_ptr<Optimizer> optimizer_;
  std::vector<std::unique_ptr<StoppingRule>> rules_;
  ProgressMeter meter_;
  bool begun_ = false;
  int64_t iteration_ = 0;
  int64_t stream_ = 0;
  Vector previous_x_;  // scratch
};

/// What a method made of several others asks for and honours.
Capabilities Together(const Capabilities& a, const Capabilities& b);

}  // namespace thalweg
