// Squared errors as residuals r_i = sqrt(scale * weight_i) * (score_i - target_i), and the
// penalty's as sqrt(strength / 2) * x_j, over all training rows.

#include <cmath>

#include "server/core/models/data_objective.h"

namespace thalweg::models {
namespace {

// Of rows times unknowns, beyond which a Jacobian does not pay: 64 MiB.
constexpr double kLargestJacobian = 1 << 23;

}  // namespace

Index DataObjective::ResidualCount(bool squares) const {
  if (!squares || kinked_ || parts_.model->scores() != 1) return 0;
  const Index count = row_count() + static_cast<Index>(penalised_.size());
  const double size = static_cast<double>(count) * static_cast<double>(layout().size());
  return size <= kLargestJacobian ? count : 0;
}

absl::Status DataObjective::Residuals(const Vector& x, Vector& residuals) {
  FillResiduals(x, residuals, nullptr);
  return absl::OkStatus();
}

absl::Status DataObjective::ResidualsAndJacobian(const Vector& x, Vector& residuals,
                                                 Matrix& jacobian) {
  FillResiduals(x, residuals, &jacobian);
  return absl::OkStatus();
}

void DataObjective::FillResiduals(const Vector& x, Vector& residuals, Matrix* jacobian) {
  const DesignRows& rows = training();
  const double scale = sum_ ? 1 : 1 / rows.total_weight;
  const auto d = parts_.design->width();
  Vector gradient(x.size());
  const auto fill = [&](Index first, const RowBlock& block, const double* targets,
                        const double* scores, const double* /*values*/) {
    for (Index i = 0; i < block.count; ++i) {
      const Index row = first + i;
      const double weight = rows.weights.empty() ? 1 : rows.weights[static_cast<size_t>(row)];
      const double factor = std::sqrt(scale * weight);
      residuals[row] = factor * (scores[i] - targets[i]);
      if (jacobian == nullptr) continue;
      const RowBlock one{block.features + i * d, 1};
      double score = 0;
      gradient.setZero();
      parts_.model->Scores(x, one, &score, scratch_.get());
      parts_.model->AddGradient(x, one, &factor, gradient.data(), scratch_.get());
      jacobian->row(row) = gradient;
    }
  };
  pass_.ForEachBlock({.design = &rows}, x, fill);
  const double root = std::sqrt(squared_ / 2);
  for (size_t j = 0; j < penalised_.size(); ++j) {
    const Index row = rows.count + static_cast<Index>(j);
    residuals[row] = root * x[penalised_[j]];
    if (jacobian == nullptr) continue;
    jacobian->row(row).setZero();
    (*jacobian)(row, penalised_[j]) = root;
  }
}

}  // namespace thalweg::models
