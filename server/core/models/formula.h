#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "server/core/catalog_entry.h"
#include "server/core/layout.h"
#include "server/core/models/model_objective.h"
#include "server/core/models/model_spec.h"

namespace thalweg::models {

/// A formula of the objective language over the rows of a table, spec.model.settings:
///
///   expression  "mean((X @ w + b - y)**2)", which takes its mean (or sum) over the rows itself
///   variables   "w: 3, b, W: 2x3", the unknowns
///
/// Its data are vectors of one number a row: every column by its name, in which whatever is no
/// letter, digit or underscore becomes an underscore ("petal length" is petal_length), and before
/// which one is put where a digit leads. Besides, y is the target, if there is one, and X the
/// matrix of the features (all columns but target and weights, where none are named). Categories
/// are their codes, and nothing is scaled. An unknown hides a column of its name, a column y or X.
/// Rows without a value in a column that the formula uses are what spec.missing says.
///
/// The loss over held-out rows, over a batch, and over a single row is what the formula gives where
/// its tables have those rows alone; with spec.sum it is a sum, and a batch counts N / size times.
/// Loss, penalty and weights have no place beside it: they are written into the formula.
absl::StatusOr<std::unique_ptr<ModelObjective>> MakeFormulaObjective(const ModelSpec& spec,
                                                                     const Means& means);

/// "w: 3, b, W: 2x3", as the setting `variables` has it; and back. Errors have no field.
std::string UnknownsText(const std::vector<Variable>& variables);
absl::StatusOr<std::vector<Variable>> UnknownsOf(const std::string& text);

/// "petal length (cm)" becomes petal_length__cm_.
std::string IdentifierOf(const std::string& column);

CatalogEntry<ModelKind> FormulaEntry();

}  // namespace thalweg::models
