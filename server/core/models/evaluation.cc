#include "server/core/models/evaluation.h"

#include <algorithm>
#include <cmath>
#include <optional>

#include "server/core/models/predictor.h"

namespace thalweg::models {
namespace {

constexpr Index kRowsAtOnce = 4096;          // between two looks for an interruption
constexpr double kMostSampledNumbers = 3e8;  // rows times unknowns, some tenths of a second

/// Rows one block after the other: what adds up over them.
class Tally {
 public:
  Tally(const ModelParts& parts, const DesignRows& rows, const Vector& x)
      : parts_(parts),
        rows_(rows),
        predictor_(parts, x),
        classes_(static_cast<Index>(parts.design->classes().size())),
        k_(parts.model->scores()) {}

  void Add(Index first, Index count) {
    scores_.resize(static_cast<size_t>(count * k_));
    losses_.resize(static_cast<size_t>(count));
    const double* const targets = rows_.targets.data() + first;
    predictor_.Scores(rows_.features.data() + first * parts_.design->width(), count,
                      scores_.data());
    parts_.loss->Evaluate(count, k_, scores_.data(), targets, losses_.data(), nullptr);
    chances_.scores.clear();
    chances_.values.clear();
    predictor_.AddPredictions(scores_.data(), count, chances_);
    for (Index i = 0; i < count; ++i) AddRow(first + i, i);
  }

  Quality Result() const {
    Quality quality;
    quality.rows = rows_.count;
    quality.loss = loss_ / weight_;
    const Judged judged{predictions_, rows_.targets, rows_.weights};
    if (classes_ == 0) {
      AddRegressionMetrics(judged, quality.metrics);
      return quality;
    }
    AddClassMetrics(judged, classes_, quality.metrics);
    if (predictor_.probabilities()) quality.metrics["log_loss"] = log_loss_ / weight_;
    if (classes_ == 2) {
      AddAreaUnderCurve({margins_, rows_.targets, rows_.weights}, quality.metrics);
    }
    if (classes_ <= kMostConfusedClasses) quality.confusion = Confusion(judged, classes_);
    return quality;
  }

 private:
  void AddRow(Index row, Index i) {
    const auto at = static_cast<size_t>(row);
    const double weight = rows_.weights.empty() ? 1 : rows_.weights[at];
    weight_ += weight;
    loss_ += weight * losses_[static_cast<size_t>(i)];
    predictions_.push_back(chances_.values[static_cast<size_t>(i)]);
    if (classes_ == 0) return;
    const double* const scores = scores_.data() + i * k_;
    if (classes_ == 2) margins_.push_back(k_ == 1 ? scores[0] : scores[1] - scores[0]);
    if (!predictor_.probabilities()) return;
    const double* const chances = chances_.scores.data() + i * k_;
    const auto target = static_cast<Index>(rows_.targets[at]);
    const double chance = k_ > 1 ? chances[target] : target == 1 ? chances[0] : 1 - chances[0];
    log_loss_ += weight * LogLoss(chance);
  }

  const ModelParts& parts_;
  const DesignRows& rows_;
  Predictor predictor_;
  const Index classes_;
  const Index k_;
  double weight_ = 0, loss_ = 0, log_loss_ = 0;
  std::vector<double> predictions_;      // of all rows
  std::vector<double> margins_;          // of all rows, where there are two classes
  std::vector<double> scores_, losses_;  // of the block
  Predictions chances_;                  // likewise
};

/// Evenly spaced rows, few enough to be soon done.
Index SampledRows(Index rows, Index unknowns) {
  const double most = kMostSampledNumbers / std::max<double>(static_cast<double>(unknowns), 1);
  return std::clamp<Index>(static_cast<Index>(most), std::min<Index>(rows, 64), rows);
}

/// The trace of the covariance of the terms' gradients.
absl::StatusOr<double> SpreadOf(ModelObjective& objective, const Vector& x,
                                const Interrupted& interrupted) {
  const Index rows = objective.row_count();
  const Index sampled = SampledRows(rows, x.size());
  const auto m = static_cast<double>(sampled);
  Vector mean = Vector::Zero(x.size()), gradient(x.size());
  double squares = 0;
  for (Index i = 0; i < sampled; ++i) {
    if (i % 64 == 0) {
      if (absl::Status status = interrupted(); !status.ok()) return status;
    }
    const Index row = static_cast<Index>(static_cast<double>(i) * static_cast<double>(rows) / m);
    gradient.setZero();
    objective.AddTermGradient(std::min(row, rows - 1), x, 1, gradient);
    squares += gradient.squaredNorm();
    mean += gradient;
  }
  mean /= m;
  return sampled > 1 ? std::max(0.0, squares - m * mean.squaredNorm()) / (m - 1) : 0;
}

}  // namespace

absl::StatusOr<Quality> Evaluate(const ModelParts& parts, const DesignRows& rows, const Vector& x,
                                 const Interrupted& interrupted) {
  Tally tally(parts, rows, x);
  for (Index first = 0; first < rows.count; first += kRowsAtOnce) {
    if (absl::Status status = interrupted(); !status.ok()) return status;
    tally.Add(first, std::min(kRowsAtOnce, rows.count - first));
  }
  return tally.Result();
}

absl::StatusOr<GradientFigures> MeasureGradient(ModelObjective& objective, const Vector& x,
                                                const Interrupted& interrupted) {
  if (absl::Status status = interrupted(); !status.ok()) return status;
  objective.UseAllRows();
  double value = 0;
  Vector gradient(x.size());
  if (absl::Status status = objective.ValueAndGradient(x, value, gradient); !status.ok()) {
    return status;
  }
  const auto spread = SpreadOf(objective, x, interrupted);
  if (!spread.ok()) return spread.status();

  GradientFigures figures;
  Index begin = 0;
  for (const Variable& variable : objective.layout().variables()) {
    figures.norms.push_back(gradient.segment(begin, variable.length).norm());
    begin += variable.length;
  }
  const double whole = gradient.squaredNorm() / std::pow(objective.term_scale(), 2);
  const double noise = *spread / whole;
  if (std::isfinite(noise)) figures.noise_scale = noise;
  return figures;
}

}  // namespace thalweg::models
