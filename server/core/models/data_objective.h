#pragma once

#include <memory>
#include <string>
#include <vector>

#include "server/core/models/catalogue.h"
#include "server/core/models/model_objective.h"
#include "server/core/models/row_pass.h"

namespace thalweg::models {

/// Mean or sum over training rows of weight * loss(scores(features; x), target), plus a penalty.
/// Weights have a mean of 1 where f is a mean.
class DataObjective final : public ModelObjective {
 public:
  struct Making {
    ModelParts parts;
    const PenaltyKind* penalty = nullptr;  ///< Asked while making only; null: none.
    bool sum = false;
    bool squares = false;  ///< Whether the loss is the squared error.
    Hands* hands = nullptr;
    std::string kink = {};  ///< The loss's name.
    std::vector<std::string> remarks = {};
  };
  explicit DataObjective(Making making);

  const Layout& layout() const override { return parts_.model->layout(); }
  absl::Status Value(const Vector& x, double& value) override;
  absl::Status ValueAndGradient(const Vector& x, double& value, Vector& gradient) override;
  absl::Status SmoothValueAndGradient(const Vector& x, double& value, Vector& gradient) override;
  absl::Status HessianVector(const Vector& x, const Vector& v, Vector& product) override;
  Index residual_count() const override { return residual_count_; }
  absl::Status Residuals(const Vector& x, Vector& residuals) override;
  absl::Status ResidualsAndJacobian(const Vector& x, Vector& residuals, Matrix& jacobian) override;
  const Penalty* penalty() const override { return kinked_.get(); }
  bool layered() const override { return parts_.model->layered(); }
  Traits traits() const override;
  std::string ExplainNonFinite(const Vector& x) override;

  Index row_count() const override { return training().count; }
  absl::Status SetRows(std::span<const int64_t> rows, std::span<const double> factors) override;
  void UseAllRows() override { rows_ = {.design = &training()}; }
  bool has_validation() const override { return parts_.design->validation().count > 0; }
  absl::Status Validation(const Vector& x, double& value) override;
  std::vector<double> Importance() const override;
  double AddTermGradient(Index row, const Vector& x, double scale, Vector& out) override;
  Index slopes_per_term() const override {
    return parts_.model->linear() ? parts_.model->scores() : 0;
  }
  void Expect(Index row) const override;
  double TermSlopes(Index row, const Vector& x, double* slopes) override;
  void AddSlopes(Index row, const double* slopes, double scale, Vector& out) override;
  void AddPenaltyGradient(const Vector& x, double scale, Vector& out) override;
  Hands* hands() override;
  double term_scale() const override { return sum_ ? training().total_weight : 1; }

  const ModelParts& parts() const override { return parts_; }
  Vector Start(uint64_t seed) const override { return parts_.model->Start(seed); }
  std::vector<std::string> Remarks() const override { return remarks_; }

 private:
  const DesignRows& training() const { return parts_.design->training(); }
  RowBlock Row(Index row) const;  // of the training rows
  /// What a row's loss is multiplied with in f, before its weight.
  double RowScale() const;
  double SmoothPenalty(const Vector& x) const;
  Index ResidualCount(bool squares) const;
  void FillResiduals(const Vector& x, Vector& residuals, Matrix* jacobian);  // null: not wanted

  const ModelParts parts_;
  const bool sum_;
  Hands* const hands_;
  const std::string kink_;
  const std::vector<std::string> remarks_;
  double squared_ = 0;               // strength of the penalty's smooth part
  std::vector<Index> penalised_;     // coordinates that it acts on
  std::unique_ptr<Penalty> kinked_;  // may be null
  Index residual_count_ = 0;
  bool quadratic_ = false;

  RowPass pass_;
  RowChoice rows_;
  std::vector<int64_t> chosen_;  // what rows_ points to
  std::vector<double> factors_;
  // Of AddTermGradient, where the model cannot add in place.
  std::unique_ptr<Scratch> scratch_;
  Vector term_gradient_;
};

}  // namespace thalweg::models
