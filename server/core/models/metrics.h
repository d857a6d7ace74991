#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "server/core/vector.h"

/// How good predictions are, in the figures that people know. Rows count by their weight; where a
/// figure has no meaning (one class only, a target that never changes) it is not there.
namespace thalweg::models {

using Metrics = std::map<std::string, double>;

/// Numbers that were predicted beside those that are true. Without `weights` all rows weigh 1.
struct Judged {
  std::span<const double> predictions;
  std::span<const double> targets;
  std::span<const double> weights;

  double weight(size_t i) const { return weights.empty() ? 1 : weights[i]; }
};

/// "r2", "rmse", "mae".
void AddRegressionMetrics(const Judged& rows, Metrics& metrics);

/// "accuracy", "error_rate", "balanced_accuracy": the mean of each class's share that is found.
void AddClassMetrics(const Judged& rows, Index classes, Metrics& metrics);

/// Row after row: rows of class i that are taken for class j.
std::vector<int64_t> Confusion(const Judged& rows, Index classes);

/// "auc": how likely a row of class 1 scores higher than one of class 0, equal scores counting one
/// half. `rows.predictions` are scores.
void AddAreaUnderCurve(const Judged& rows, Metrics& metrics);

/// -log of a probability, which counts as at least DBL_EPSILON (as scikit-learn has it since 1.3).
double LogLoss(double probability);

}  // namespace thalweg::models
