#pragma once

#include <memory>
#include <string>
#include <vector>

#include "server/core/catalog_entry.h"
#include "server/core/models/score_model.h"
#include "server/core/models/terms.h"
#include "server/core/option_table.h"

namespace thalweg::models {

/// Scores that are linear in their unknowns: coef (a vector, or a row for each of several scores)
/// times the features or products of them, and an intercept.
class LinearScores final : public ScoreModel {
 public:
  struct Options {
    int64_t degree = 1;
    bool interactions = true;
    bool intercept = true;
  };
  static OptionTable<Options> Table();

  /// Errors are under the part: "settings[degree]".
  static absl::StatusOr<std::unique_ptr<LinearScores>> Make(const Options& options,
                                                            std::shared_ptr<const Design> design,
                                                            Index scores);

  const Layout& layout() const override { return layout_; }
  Index scores() const override { return scores_; }
  std::unique_ptr<Scratch> NewScratch() const override;
  Index block_rows() const override { return block_rows_; }
  void Scores(const Vector& x, const RowBlock& rows, double* scores,
              Scratch* scratch) const override;
  void AddGradient(const Vector& x, const RowBlock& rows, const double* slopes, double* gradient,
                   Scratch* scratch) const override;
  Vector Start(uint64_t /*seed*/) const override { return Vector::Zero(layout_.size()); }
  /// Coefficients of a column: of its categories, and for all scores.
  std::vector<std::vector<Index>> PenalisedGroups() const override;
  std::vector<CoefficientInfo> Coefficients(const Vector& x) const override;
  bool linear() const override { return true; }
  bool in_place() const override { return true; }

 private:
  struct Products;

  LinearScores(const Options& options, std::shared_ptr<const Design> design, Index scores,
               std::vector<Term> terms, Layout layout);
  bool plain() const { return width_ == design_->width(); }  // terms are the features
  /// The rows' terms, row after row.
  const double* TermsOfRows(const RowBlock& rows, Scratch* scratch) const;

  const std::shared_ptr<const Design> design_;
  const Index scores_;             // k
  const std::vector<Term> terms_;  // the features themselves first
  const Index width_;              // of terms_
  const bool intercept_;
  const Layout layout_;
  const Index block_rows_;
  // Of term t >= d: terms_[t] is parents_[t - d] times its last feature.
  std::vector<Index> parents_;
};

}  // namespace thalweg::models
