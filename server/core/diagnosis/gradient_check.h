#pragma once

#include <array>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "server/core/iterate.h"
#include "server/core/objective.h"
#include "server/core/vector.h"

namespace thalweg {

/// Differences over one step along one coordinate.
struct StepDifference {
  double step = 0;     ///< In units of the coordinate.
  double below = 0;    ///< Slope from a step below to x.
  double above = 0;    ///< Slope from x to a step above.
  double central = 0;  ///< Slope between the two neighbours; the finite one's at an edge.
};
inline constexpr size_t kCheckSteps = 12;

/// One derivative, as the objective gives it and as differences of its values show it.
struct CoordinateCheck {
  Index coordinate = 0;       ///< Its place in x; Layout::CoordinateName gives its name.
  double gradient = 0;        ///< As the objective gives it.
  double difference = 0;      ///< The best central difference; one-sided at the edge of the domain.
  double step = 0;            ///< Of that difference, in units of the coordinate.
  double resolution = 0;      ///< How far `difference` may itself be off: truncation, rounding.
  double absolute_error = 0;  ///< |gradient - difference|
  double relative_error = 0;  ///< The same over the larger of |gradient| and |difference|.
  /// Within tolerance * max(|gradient|, |difference|), plus what the difference cannot resolve.
  /// On a kink: not outside of the two one-sided slopes.
  bool passed = false;
  bool kink = false;       ///< The slopes below and above x stay apart however small the step.
  double slope_below = 0;  ///< On a kink, the one-sided slopes; otherwise unused.
  double slope_above = 0;
  double noise = 0;    ///< Estimated error of one value of f, at least its rounding.
  bool noisy = false;  ///< That error is far above rounding.
  bool stairs =
      false;        ///< f stands still over short steps and moves in units of `noise` over longer.
  double jump = 0;  ///< What f jumps by at x, however small the step; 0 where it does not.
  bool rescaled =
      false;  ///< Steps were relative to |x_i|, which is small, since no other would do.
  std::array<StepDifference, kCheckSteps> sweep;  ///< From the longest step to the shortest.
};

struct GradientCheckOptions {
  double tolerance = 1e-5;       ///< Relative error up to which a coordinate passes, in (0, 1).
  Index most_coordinates = 100;  ///< More than that are sampled evenly, first and last included.
};

struct GradientCheck {
  bool passed = false;                       ///< Every coordinate looked at.
  double value = 0;                          ///< f(x)
  std::vector<CoordinateCheck> coordinates;  ///< Those looked at, ascending.
  size_t worst = 0;                          ///< Where in `coordinates`: failed before passed.
  /// What is wrong, or what made the check weaker, in a sentence; empty where nothing is.
  std::string suspicion;
  /// 24 values for each coordinate looked at, 24 more where it is rescaled or failed and may be, 2
  /// values and a gradient.
  Evaluations evaluations;
};

/// Compares the gradient at x, which has one entry for each coordinate, with differences of values
/// over steps from 1e-1 to 1e-12 (times |x_i| where that is more than 1). No step is good for all
/// functions: the one is taken around which the differences change least. Where none will do and
/// x_i is small but not 0, steps relative to |x_i| are tried as well. A status only where the
/// objective cannot be evaluated; NaN and infinity are findings.
absl::StatusOr<GradientCheck> CheckGradient(Objective& objective, const Vector& x,
                                            const GradientCheckOptions& options = {});

}  // namespace thalweg
