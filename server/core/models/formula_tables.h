#pragma once

#include <set>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "server/core/data/table.h"
#include "server/core/expression/expression.h"
#include "server/core/models/model_spec.h"

namespace thalweg::models {

/// What a formula sees of a table.
struct FormulaTables {
  expression::Parameters parameters;  ///< Vectors and X, of one length: training rows come first.
  std::vector<std::string> names;     ///< Theirs.
  Index training = 0;                 ///< Rows.
  Index validation = 0;
  std::vector<std::string> remarks;  ///< "column 'petal length' is petal_length in the formula".
};

/// Of the data that formula.h describes those that `text` names; what is in `unknowns` is no
/// column. Errors are under the model: "target", "features[age]", "model.settings[expression]",
/// "split".
absl::StatusOr<FormulaTables> TablesOf(const ModelSpec& spec, const data::Table& table,
                                       const std::string& text,
                                       const std::set<std::string>& unknowns);

}  // namespace thalweg::models
