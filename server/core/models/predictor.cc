#include "server/core/models/predictor.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace thalweg::models {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

bool HasNaN(const double* row, Index width) {
  return std::any_of(row, row + width, [](double number) { return std::isnan(number); });
}

}  // namespace

Predictor::Predictor(const ModelParts& parts, const Vector& x)
    : parts_(parts),
      x_(x),
      k_(parts.model->scores()),
      probabilities_(!parts.design->classes().empty() && parts.loss->has_probabilities()),
      scores_per_row_(parts.design->classes().empty() ? 0 : k_),
      scratch_(parts.model->NewScratch()) {}

void Predictor::Scores(const double* features, Index count, double* scores) {
  const Index d = parts_.design->width();
  const Index at_once = std::max<Index>(parts_.model->block_rows(), 1);
  for (Index first = 0; first < count; first += at_once) {
    const Index rows = std::min(at_once, count - first);
    const double* block = features + first * d;
    // Models need not know of missing numbers: they get zeros, and their answer is not used.
    const bool holes = HasNaN(block, rows * d);
    if (holes) {
      whole_.assign(block, block + rows * d);
      std::replace_if(
          whole_.begin(), whole_.end(), [](double number) { return std::isnan(number); }, 0.0);
    }
    double* const to = scores + first * k_;
    parts_.model->Scores(x_, {holes ? whole_.data() : block, rows}, to, scratch_.get());
    for (Index i = 0; holes && i < rows; ++i) {
      if (HasNaN(block + i * d, d)) std::fill_n(to + i * k_, k_, kNaN);
    }
  }
}

void Predictor::AddPredictions(const double* scores, Index count, Predictions& predictions) {
  if (scores_per_row_ == 0) {
    AddNumbers(scores, count, predictions);
  } else {
    AddClasses(scores, count, predictions);
  }
}

void Predictor::AddNumbers(const double* scores, Index count, Predictions& predictions) const {
  for (Index i = 0; i < count; ++i) {
    predictions.values.push_back(parts_.loss->Prediction(scores[i * k_]));
  }
}

void Predictor::AddClasses(const double* scores, Index count, Predictions& predictions) {
  const Index columns = std::max<Index>(k_, 2);
  if (probabilities_) {
    chances_.resize(static_cast<size_t>(count * columns));
    parts_.loss->Probabilities(count, k_, scores, chances_.data());
  }
  for (Index i = 0; i < count; ++i) {
    const double* const row = scores + i * k_;
    if (HasNaN(row, k_)) {
      predictions.values.push_back(kNaN);
    } else if (k_ == 1) {
      predictions.values.push_back(row[0] > 0 ? 1 : 0);
    } else {
      predictions.values.push_back(static_cast<double>(std::max_element(row, row + k_) - row));
    }
    const double* const shown = !probabilities_ ? row
                                : k_ == 1       ? chances_.data() + i * columns + 1
                                                : chances_.data() + i * columns;
    for (Index j = 0; j < k_; ++j) {
      predictions.scores.push_back(HasNaN(row, k_) ? kNaN : shown[j]);
    }
  }
}

}  // namespace thalweg::models
