#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "server/core/descent.h"

namespace thalweg::runs {

/// Iterates in columns, in order of iteration: what a trace is made of, what is stored and what is
/// sent. All columns have rows() entries but those that may be empty; x has rows() * coordinates,
/// iterate after iterate.
struct IterateBlock {
  std::vector<int64_t> iteration;  ///< Increasing; consecutive unless thinned.
  std::vector<double> value;       ///< Of f, in the caller's sign.
  std::vector<double> best_value;
  std::vector<double> gradient_norm;  ///< 2-norm; as IterateRecord's, NaN where there is none.
  std::vector<double> gradient_max;   ///< Largest absolute coordinate; likewise.
  std::vector<double> step_norm;      ///< 2-norm of x_k - x_{k-1}.
  std::vector<double> learning_rate;
  std::vector<int64_t> value_evaluations;  ///< Since the run began.
  std::vector<int64_t> gradient_evaluations;
  // Of most runs these are 0 throughout: a column is empty until something else is in it.
  std::vector<int64_t> hessian_products;  ///< Evaluations, since the run began.
  std::vector<int64_t> trials;            ///< Points tried for the step.
  std::vector<double> violation;          ///< Of the constraints, the greatest.
  std::vector<double> epoch;              ///< Passes over the rows, of models.
  // NaN where they were not computed; empty until one was.
  std::vector<double> training_value;          ///< f over all rows, where steps see batches.
  std::vector<double> validation_value;        ///< Mean loss over the rows held out.
  std::vector<double> variable_gradient_norm;  ///< rows() * variables, of layered models; or empty.
  int64_t variables = 0;
  std::vector<uint32_t> flags;  ///< IterateFlag bits.
  std::vector<double> x;
  int64_t coordinates = 0;  ///< Of x, per iterate.
  /// Seconds of stepping when the last iterate here was made. Not part of the trace's bits: two
  /// runs of the same settings differ in it and in nothing else.
  double elapsed_seconds = 0;

  size_t rows() const { return iteration.size(); }
  bool empty() const { return iteration.empty(); }
  int64_t first() const { return iteration.front(); }
  int64_t last() const { return iteration.back(); }
  size_t bytes() const;  ///< Memory taken by the columns' contents.
  size_t bytes_per_row() const;
  Evaluations evaluations(size_t row) const;

  /// Room for `rows` in all. Append then does not allocate, and leaves whole rows when it throws.
  void Reserve(size_t rows, int64_t traced_coordinates);
  void Append(const IterateRecord& record, int64_t traced_coordinates);
  void AppendRow(const IterateBlock& from, size_t row) { AppendRows(from, row, row + 1); }
  /// Rows [begin, end) of `from`, which has as many coordinates and variables, or any number when
  /// this is empty.
  void AppendRows(const IterateBlock& from, size_t begin, size_t end);
  /// The first row whose iteration is `iteration` or later; rows() when there is none.
  size_t RowAt(int64_t iteration) const;
  /// Rows whose iteration is in [from, to].
  IterateBlock Slice(int64_t from, int64_t to) const;
};

/// The entry of a column that is empty while all its entries are `absent`.
template <typename T>
T EntryAt(const std::vector<T>& column, size_t row, T absent = {}) {
  return column.empty() ? absent : column[row];
}

/// Bytes for the disk: columns, constant and evenly stepping ones reduced to two numbers, with a
/// version and a checksum (CRC-32C). Reads older versions too, which knew fewer columns; refuses
/// anything else with DATA_LOSS.
std::string Encode(const IterateBlock& block);
absl::StatusOr<IterateBlock> DecodeIterateBlock(std::string_view bytes);

}  // namespace thalweg::runs
