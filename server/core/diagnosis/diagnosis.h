#pragma once

#include <optional>
#include <span>
#include <vector>

#include "server/core/iterate.h"
#include "server/core/optimizer.h"
#include "server/core/problem.h"
#include "server/core/stop_reason.h"

namespace thalweg {

/// All that is known when a run is over; values are in the problem's sign. Findings may evaluate
/// the objective: such evaluations are nobody's iterates and are not counted.
struct Ending {
  const StopReason& reason;
  Problem& problem;
  const Optimizer& optimizer;
  const Vector& start;
  double start_value = 0;
  const Iterate& at;         ///< The last iterate.
  const Vector& previous_x;  ///< Where its step came from; empty at iteration 0.
  double previous_value = 0;
  double gradient_norm = 0;  ///< At the last iterate.
  const Best& best;
  std::optional<double> curvature = std::nullopt;  ///< Measured at most once; see CurvatureOf.
};

/// Looks for one thing that may have gone wrong.
using FindingSeeker = std::optional<Finding> (*)(Ending& ending);

/// What a person would want to know about the end of a run, the most important first; usually
/// nothing. Defined in catalogue.cc.
std::vector<Finding> Diagnose(Ending& ending);

// The seekers, one file each.
std::optional<Finding> LearningRateTooLarge(Ending& ending);
std::optional<Finding> Oscillating(Ending& ending);
std::optional<Finding> LearningRateTooSmall(Ending& ending);
std::optional<Finding> BudgetTooSmall(Ending& ending);

}  // namespace thalweg
