#pragma once

#include <memory>
#include <vector>

#include "server/core/models/model_objective.h"
#include "server/core/vector.h"

namespace thalweg::models {

/// What a model says of some rows.
struct Predictions {
  /// Of a regression the numbers, else the places of the classes; NaN where a feature is missing.
  std::vector<double> values;
  /// Row after row: Predictor::scores_per_row() of each.
  std::vector<double> scores;
};

/// A model at some x, to be asked of rows. Belongs to one thread.
class Predictor {
 public:
  /// `parts` has all members; x has the size that its layout says.
  Predictor(const ModelParts& parts, const Vector& x);

  /// The score of each class, or of the second of two; 0: a regression has none.
  Index scores_per_row() const { return scores_per_row_; }
  /// Scores are probabilities.
  bool probabilities() const { return probabilities_; }

  /// k scores of `count` rows of d numbers, as the loss wants them. `scores` has count * k places.
  /// A row with a NaN gets NaN.
  void Scores(const double* features, Index count, double* scores);
  /// Adds what such scores mean to `predictions`.
  void AddPredictions(const double* scores, Index count, Predictions& predictions);

 private:
  void AddNumbers(const double* scores, Index count, Predictions& predictions) const;
  void AddClasses(const double* scores, Index count, Predictions& predictions);

  ModelParts parts_;
  Vector x_;
  Index k_;  // scores of the model
  bool probabilities_;
  Index scores_per_row_;
  std::unique_ptr<Scratch> scratch_;
  std::vector<double> whole_;    // rows without their NaN
  std::vector<double> chances_;  // count * max(k, 2)
};

}  // namespace thalweg::models
