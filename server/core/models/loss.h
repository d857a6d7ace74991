#pragma once

#include <limits>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "server/core/models/design.h"
#include "server/core/vector.h"

namespace thalweg::models {

/// What scores cost that are not the target. Safe for concurrent use.
class Loss {
 public:
  virtual ~Loss() = default;

  virtual Task task() const = 0;
  /// Scores that it wants of a row, for a target of so many classes (0: a number): 1, or k. Refused
  /// where it has no meaning for so many.
  virtual absl::StatusOr<Index> ScoresFor(Index classes) const = 0;

  /// Of `count` rows: `scores` holds count * k numbers, row after row, `targets` count; `values`
  /// gets count losses and, where not null, `slopes` count * k derivatives by the scores (of a
  /// kink, as the field takes them: 0 of the hinge where the margin is 1, 0 of |r| at 0).
  virtual void Evaluate(Index count, Index k, const double* scores, const double* targets,
                        double* values, double* slopes) const = 0;
  /// Second derivatives by a row's scores, times `directions` (count * k numbers), into `products`
  /// (as many). False: it has none.
  virtual bool CurvatureTimes(Index /*count*/, Index /*k*/, const double* /*scores*/,
                              const double* /*targets*/, const double* /*directions*/,
                              double* /*products*/) const {
    return false;
  }

  /// Of a regression: targets below have no meaning.
  virtual double least_target() const { return -std::numeric_limits<double>::infinity(); }
  virtual bool convex() const { return true; }  ///< In the scores.
  virtual bool smooth() const { return true; }
  /// What a prediction is made of scores: the class of the greatest, their probabilities where the
  /// loss is a likelihood; of a regression the mean.
  virtual bool has_probabilities() const { return false; }
  /// `probabilities` has count * max(k, 2) places, row after row; only where there are some.
  virtual void Probabilities(Index /*count*/, Index /*k*/, const double* /*scores*/,
                             double* /*probabilities*/) const {}
  virtual double Prediction(double score) const {
    return score;
  }  ///< Of a regression: exp for Poisson.
};

}  // namespace thalweg::models
