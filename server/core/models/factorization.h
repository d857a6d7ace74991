#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "server/core/catalog_entry.h"
#include "server/core/models/score_model.h"
#include "server/core/option_table.h"

namespace thalweg::models {

/// The places of known whole numbers among themselves: 0 for the least.
class Places {
 public:
  explicit Places(std::vector<double> values);  ///< Whole; any order, repetitions.

  Index count() const { return static_cast<Index>(values_.size()); }
  Index Of(double value) const;  ///< -1: not among them.

 private:
  std::vector<double> values_;   // ascending, each once
  std::vector<int32_t> direct_;  // by value - values_[0], where they lie close together
};

/// Matrix factorisation: a number for a row i and a column j of a large matrix of which some cells
/// are known, mean + row_bias[i] + column_bias[j] + rows[i] . columns[j]. A row or column that was
/// not learnt from adds nothing.
class Factorization final : public ScoreModel {
 public:
  struct Options {
    int64_t rank = 10;
    double scale = 0.1;
  };
  static OptionTable<Options> Table();

  static constexpr Index kMostUnknowns = 1'000'000;

  /// `rows` and `columns` are those that are learnt; `mean` is where `mean` begins. Refused where
  /// there are too many unknowns.
  static absl::StatusOr<std::unique_ptr<Factorization>> Make(const Options& options, Places rows,
                                                             Places columns, double mean);

  const Layout& layout() const override { return layout_; }
  Index scores() const override { return 1; }
  std::unique_ptr<Scratch> NewScratch() const override;
  Index block_rows() const override { return 256; }
  /// Two features a row: which row and which column of the matrix.
  void Scores(const Vector& x, const RowBlock& rows, double* scores,
              Scratch* scratch) const override;
  void AddGradient(const Vector& x, const RowBlock& rows, const double* slopes, double* gradient,
                   Scratch* scratch) const override;
  /// Factors of 0 would stay 0: they are drawn, normal of deviation `scale`.
  Vector Start(uint64_t seed) const override;
  /// Each bias, and each row's or column's factors.
  std::vector<std::vector<Index>> PenalisedGroups() const override;
  bool in_place() const override { return true; }

 private:
  struct Memory;

  Factorization(const Options& options, Places rows, Places columns, double mean, Layout layout);
  Index RowFactors(Index row) const { return row_factors_ + row * rank_; }
  Index ColumnFactors(Index column) const { return column_factors_ + column * rank_; }

  const Index rank_;
  const double scale_;
  const Places rows_, columns_;
  const double mean_;
  const Layout layout_;
  Index row_biases_, column_biases_, row_factors_, column_factors_;  // where they begin in x
};

CatalogEntry<ModelKind> FactorizationEntry();

}  // namespace thalweg::models
