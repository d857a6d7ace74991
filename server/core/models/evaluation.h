#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "server/core/models/metrics.h"
#include "server/core/models/model_objective.h"
#include "server/core/vector.h"

/// How good a model is at some x. All of it asks `interrupted` now and then, whose error ends it.
namespace thalweg::models {

using Interrupted = std::function<absl::Status()>;

/// Over some rows.
struct Quality {
  int64_t rows = 0;
  double loss = 0;  ///< Weighted mean, without the penalty.
  Metrics metrics;
  /// Row after row: rows of class i that are taken for class j; empty where there are more than
  /// kMostConfusedClasses, or none.
  std::vector<int64_t> confusion;
};

inline constexpr Index kMostConfusedClasses = 100;

/// `parts` has all members. `rows` are of its design, at least one.
absl::StatusOr<Quality> Evaluate(const ModelParts& parts, const DesignRows& rows, const Vector& x,
                                 const Interrupted& interrupted);

/// Of the training rows.
struct GradientFigures {
  /// Of the terms at x, from a sample of the rows: trace of the gradients' covariance over the
  /// squared norm of the whole gradient, in rows (McCandlish and others (2018), arXiv:1812.06162,
  /// the "simple" scale). 0: not known.
  double noise_scale = 0;
  std::vector<double> norms;  ///< 2-norms of the whole gradient by variable.
};

/// All rows are seen afterwards, whatever was before.
absl::StatusOr<GradientFigures> MeasureGradient(ModelObjective& objective, const Vector& x,
                                                const Interrupted& interrupted);

}  // namespace thalweg::models
