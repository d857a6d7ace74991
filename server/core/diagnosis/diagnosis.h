#pragma once

#include <optional>
#include <span>
#include <vector>

#include "server/core/diagnosis/certify.h"
#include "server/core/diagnosis/learning_curve.h"
#include "server/core/diagnosis/path.h"
#include "server/core/diagnosis/probe.h"
#include "server/core/iterate.h"
#include "server/core/optimizer.h"
#include "server/core/part.h"
#include "server/core/problem.h"
#include "server/core/stop_reason.h"

namespace thalweg {

/// All that is known when a run is over; values are in the problem's sign. Findings may evaluate
/// the objective: such evaluations are nobody's iterates and are not counted.
struct Ending {
  const StopReason& reason;
  Probe& probe;
  const Optimizer& optimizer;
  const Part& method;                 ///< What `optimizer` was made from.
  const std::vector<Part>& stopping;  ///< All rules, with their settings.
  const Vector& start;
  double start_value = 0;
  const Iterate& at;         ///< The last iterate.
  const Vector& previous_x;  ///< Where its step came from; empty at iteration 0.
  double previous_value = 0;
  double gradient_norm = 0;  ///< At the last iterate.
  const Best& best;
  const Path& path;
  const LearningCurve& curve;                         ///< Of objectives of data; otherwise empty.
  const Part& batches;                                ///< What steps saw; no kind: all.
  std::optional<Certified> certified = std::nullopt;  ///< Of the best iterate.
  std::optional<double> curvature = std::nullopt;     ///< Measured at most once; see CurvatureOf.

  Problem& problem() const { return probe.problem(); }
  /// In the caller's sign.
  double Signed(double value) const { return probe.problem().Signed(value); }
};

/// Looks for one thing that may have gone wrong.
using FindingSeeker = std::optional<Finding> (*)(Ending& ending);

/// What a person would want to know about the end of a run, the most important first; usually
/// nothing. Defined in catalogue.cc.
std::vector<Finding> Diagnose(Ending& ending);

// The seekers, one file each.
std::optional<Finding> WrongGradient(Ending& ending);
std::optional<Finding> Unbounded(Ending& ending);
std::optional<Finding> Saddle(Ending& ending);
std::optional<Finding> Plateau(Ending& ending);
std::optional<Finding> LearningRateTooLarge(Ending& ending);
std::optional<Finding> Noise(Ending& ending);
std::optional<Finding> Kink(Ending& ending);
std::optional<Finding> Oscillating(Ending& ending);
std::optional<Finding> ToleranceUnreachable(Ending& ending);
std::optional<Finding> LearningRateTooSmall(Ending& ending);
std::optional<Finding> Ravine(Ending& ending);
std::optional<Finding> BudgetTooSmall(Ending& ending);
std::optional<Finding> StartOptimal(Ending& ending);
std::optional<Finding> AtRounding(Ending& ending);
std::optional<Finding> OverFitting(Ending& ending);
std::optional<Finding> NoiseFloor(Ending& ending);
std::optional<Finding> VanishingGradient(Ending& ending);
std::optional<Finding> UnscaledFeatures(Ending& ending);
std::optional<Finding> ActiveBounds(Ending& ending);

}  // namespace thalweg
