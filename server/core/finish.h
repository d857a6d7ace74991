#pragma once

#include <optional>
#include <string>
#include <utility>

#include "server/core/state.h"
#include "server/core/stop_reason.h"

namespace thalweg {

/// Why a method can go no further, kept from the Step that found out to the Finished() that says
/// so, and through a checkpoint between the two.
class Finish {
 public:
  void Clear() { criterion_.clear(); }
  void Converged(std::string criterion, double measured, double threshold, std::string detail) {
    Set(Termination::kConverged, std::move(criterion), measured, threshold, std::move(detail));
  }
  void Stalled(std::string criterion, double measured, double threshold, std::string detail) {
    Set(Termination::kStalled, std::move(criterion), measured, threshold, std::move(detail));
  }

  bool found() const { return !criterion_.empty(); }
  std::optional<StopReason> Reason() const {
    if (!found()) return std::nullopt;
    StopReason reason;
    reason.termination = converged_ ? Termination::kConverged : Termination::kStalled;
    reason.criterion = criterion_;
    reason.measured = measured_;
    reason.threshold = threshold_;
    reason.detail = detail_;
    return reason;
  }

  void Remember(State& state) {
    state.Keep("finish_criterion", criterion_);
    state.Keep("finish_converged", converged_);
    state.Keep("finish_measured", measured_);
    state.Keep("finish_threshold", threshold_);
    state.Keep("finish_detail", detail_);
  }

 private:
  void Set(Termination termination, std::string criterion, double measured, double threshold,
           std::string detail) {
    converged_ = termination == Termination::kConverged;
    criterion_ = std::move(criterion);
    measured_ = measured;
    threshold_ = threshold;
    detail_ = std::move(detail);
  }

  std::string criterion_;  // empty: nothing found
  bool converged_ = false;
  double measured_ = 0;
  double threshold_ = 0;
  std::string detail_;
};

}  // namespace thalweg
