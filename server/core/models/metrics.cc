#include "server/core/models/metrics.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace thalweg::models {

void AddRegressionMetrics(const Judged& rows, Metrics& metrics) {
  double total = 0, mean = 0;
  for (size_t i = 0; i < rows.targets.size(); ++i) {
    total += rows.weight(i);
    mean += rows.weight(i) * rows.targets[i];
  }
  if (!(total > 0)) return;
  mean /= total;
  double squared = 0, absolute = 0, spread = 0;
  for (size_t i = 0; i < rows.targets.size(); ++i) {
    const double error = rows.predictions[i] - rows.targets[i];
    const double distance = rows.targets[i] - mean;
    squared += rows.weight(i) * error * error;
    absolute += rows.weight(i) * std::abs(error);
    spread += rows.weight(i) * distance * distance;
  }
  metrics["rmse"] = std::sqrt(squared / total);
  metrics["mae"] = absolute / total;
  if (spread > 0) metrics["r2"] = 1 - squared / spread;
}

void AddClassMetrics(const Judged& rows, Index classes, Metrics& metrics) {
  std::vector<double> weight(static_cast<size_t>(classes)), found(weight.size());
  for (size_t i = 0; i < rows.targets.size(); ++i) {
    const auto target = static_cast<size_t>(rows.targets[i]);
    weight[target] += rows.weight(i);
    if (rows.predictions[i] == rows.targets[i]) found[target] += rows.weight(i);
  }
  const double total = std::accumulate(weight.begin(), weight.end(), 0.0);
  if (!(total > 0)) return;
  const double accuracy = std::accumulate(found.begin(), found.end(), 0.0) / total;
  metrics["accuracy"] = accuracy;
  metrics["error_rate"] = 1 - accuracy;
  double shares = 0, present = 0;
  for (size_t j = 0; j < weight.size(); ++j) {
    if (!(weight[j] > 0)) continue;
    shares += found[j] / weight[j];
    ++present;
  }
  metrics["balanced_accuracy"] = shares / present;
}

std::vector<int64_t> Confusion(const Judged& rows, Index classes) {
  const auto k = static_cast<size_t>(classes);
  std::vector<int64_t> confusion(k * k);
  for (size_t i = 0; i < rows.targets.size(); ++i) {
    if (std::isnan(rows.predictions[i])) continue;
    ++confusion[static_cast<size_t>(rows.targets[i]) * k +
                static_cast<size_t>(rows.predictions[i])];
  }
  return confusion;
}

void AddAreaUnderCurve(const Judged& rows, Metrics& metrics) {
  const auto scores = rows.predictions;
  if (std::any_of(scores.begin(), scores.end(), [](double s) { return std::isnan(s); })) return;
  std::vector<size_t> order(scores.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::sort(order.begin(), order.end(), [&](size_t a, size_t b) { return scores[a] < scores[b]; });
  double below = 0;  // weight of class 0 with lower scores
  double ones = 0, area = 0;
  for (size_t i = 0; i < order.size();) {
    double zeros_here = 0, ones_here = 0;
    const double score = scores[order[i]];
    for (; i < order.size() && scores[order[i]] == score; ++i) {
      (rows.targets[order[i]] == 1 ? ones_here : zeros_here) += rows.weight(order[i]);
    }
    area += ones_here * (below + zeros_here / 2);
    below += zeros_here;
    ones += ones_here;
  }
  if (below > 0 && ones > 0) metrics["auc"] = area / (below * ones);
}

double LogLoss(double probability) {
  constexpr double kLeast = std::numeric_limits<double>::epsilon();
  return -std::log(std::clamp(probability, kLeast, 1 - kLeast));
}

}  // namespace thalweg::models
