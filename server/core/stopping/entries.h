#pragma once

#include "server/core/stopping_rule.h"

// The rows of the catalogue, one file each. A rule of convergence is met where what it measures is
// strictly less than its threshold, at an iterate whose value and gradient are finite.

namespace thalweg {

StoppingRuleEntry GradientNormEntry();
StoppingRuleEntry StepSizeEntry();
StoppingRuleEntry ValueChangeEntry();
StoppingRuleEntry RelativeValueChangeEntry();
StoppingRuleEntry TargetValueEntry();
StoppingRuleEntry StallEntry();
StoppingRuleEntry IterationsEntry();
StoppingRuleEntry EvaluationsEntry();
StoppingRuleEntry TimeEntry();
StoppingRuleEntry DivergenceEntry();
StoppingRuleEntry NonFiniteEntry();
StoppingRuleEntry PauseEntry();
StoppingRuleEntry EpochsEntry();
StoppingRuleEntry ValidationEntry();

/// Whether value and gradient of the iterate are finite: nothing else counts as success.
inline bool IsFinite(const Progress& progress) { return (progress.at.flags & kNonFinite) == 0; }

/// Whether the step that led here found a new x: where it did not, nothing has changed, and that
/// says nothing about how near the end is.
inline bool HasMoved(const Progress& progress) {
  return progress.at.iteration > 0 && (progress.at.flags & kRejected) == 0;
}

/// `value`, of the problem, in the sign of the caller's function.
inline double InCallersSign(const Progress& progress, double value) {
  return progress.direction == Direction::kMinimize ? value : -value;
}

}  // namespace thalweg
