#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "server/core/data/table.h"
#include "server/core/models/design.h"

namespace thalweg::models {

/// Columns of a table by what a model does with them, as places.
struct Columns {
  size_t target = 0;
  std::vector<size_t> features;
  std::optional<size_t> weights;
};

/// Those that `spec` names. Refused: unknown names, a column twice, the target among the features,
/// categories as weights, columns without any value or with too many categories.
absl::StatusOr<Columns> ChooseColumns(const ModelSpec& spec, const data::Table& table,
                                      Encoding encoding);

/// What every row of the table is to be predicted as.
struct Targets {
  std::vector<std::string> classes;  ///< k; none: numbers.
  std::vector<double> values;        ///< By row: a number or the place of a class; NaN: none.
};

/// Errors are under "target".
absl::StatusOr<Targets> ReadTargets(const data::Table& table, size_t column, Task task);

/// The column's features, of figures of `training` rows (at least one); `remarks` gains what is odd
/// about it.
absl::StatusOr<std::vector<Feature>> FeaturesOf(const data::Table& table, size_t column,
                                                const std::vector<int64_t>& training,
                                                const ModelSpec& spec, Encoding encoding,
                                                std::vector<std::string>& remarks);

/// What the feature is where its column holds `cell`, a number or a code; NaN where that is NaN and
/// `missing` says nothing better.
double FeatureValue(const Feature& feature, const data::ColumnInfo& column, Missing missing,
                    double cell);

}  // namespace thalweg::models
