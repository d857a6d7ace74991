#pragma once

#include <memory>

#include "server/core/expression/expression.h"

namespace thalweg::expression {

/// MakeObjective with data of the caller's in place of the parameters' values: by number, of the
/// same lengths. They must outlive the objective, and may change between evaluations. Null: the
/// formula's own.
std::unique_ptr<Objective> MakeEvaluator(std::shared_ptr<const Compiled> compiled, CodeMaker* maker,
                                         const double* const* parameters);

}  // namespace thalweg::expression
