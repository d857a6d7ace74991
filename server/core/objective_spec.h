#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "server/core/constraints.h"
#include "server/core/expression/expression.h"
#include "server/core/layout.h"
#include "server/core/models/model_spec.h"
#include "server/core/objective.h"

namespace thalweg {

/// A constraint as a caller describes it: a formula of the objective's unknowns and parameters, as
/// constraint_text.h reads it.
struct ConstraintSpec {
  std::string name = {};
  std::string expression = {};
  std::optional<double> lower = {};  ///< Only where `expression` has no comparison.
  std::optional<double> upper = {};

  friend bool operator==(const ConstraintSpec&, const ConstraintSpec&) = default;
};

/// An objective as a caller describes it: exactly one of `expression`, `function` and `model`.
struct ObjectiveSpec {
  std::string expression = {};                  ///< A formula in the objective language.
  std::string function = {};                    ///< The name of a test function.
  std::optional<models::ModelSpec> model = {};  ///< Of a dataset.
  /// Names and lengths of the unknowns of an expression, in order. Empty: whatever the start (or
  /// point) names, a list of one being a scalar.
  std::vector<Variable> variables = {};
  expression::Parameters parameters = {};  ///< Constants of the expression, by name.
  Index dimension = 0;                     ///< Of a test function; 0 for its usual one.
  /// Bounds by variable, as bounds_spec.h reads them; they may be infinite.
  NamedValues lower = {};
  NamedValues upper = {};
  std::vector<ConstraintSpec> constraints = {};
  /// How far a constraint may be missed and still count as held.
  double feasibility_tolerance = kFeasibilityTolerance;
};

/// The objective, ready to be evaluated. `point` fills in what `spec.variables` leaves open (its
/// names and lengths); it may be empty. Errors have field paths under the spec: "expression",
/// "function", "variables[x]", "dimension", "model.target". `maker` is as for
/// expression::MakeObjective; without `means` models are refused.
absl::StatusOr<std::unique_ptr<Objective>> BuildObjective(const ObjectiveSpec& spec,
                                                          const NamedValues& point,
                                                          const expression::Limits& limits = {},
                                                          expression::CodeMaker* maker = nullptr,
                                                          const models::Means& means = {});

/// The same before there is an evaluator, of what has a formula: what is known of it, and what
/// evaluators are made of.
absl::StatusOr<std::shared_ptr<const expression::Compiled>> CompileSpec(
    const ObjectiveSpec& spec, const NamedValues& point, const expression::Limits& limits = {});

/// Where a run begins when the caller does not say: the usual start of a test function. An
/// expression has none: MISSING_FIELD, naming what must be given.
absl::StatusOr<NamedValues> DefaultStart(const ObjectiveSpec& spec);

/// Likewise, of an objective that was made from `spec` and may be a model: which draws its start
/// from `seed` where it must not begin with 0.
absl::StatusOr<NamedValues> DefaultStart(const ObjectiveSpec& spec, const Objective& objective,
                                         uint64_t seed);

}  // namespace thalweg
