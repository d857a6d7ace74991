#include "server/core/objective_spec.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "server/core/functions/catalogue.h"
#include "server/core/models/formula.h"
#include "server/core/models/model_objective.h"
#include "server/core/violation.h"

namespace thalweg {
namespace {

std::string VariablePath(const std::string& name) { return absl::StrCat("variables[", name, "]"); }

std::string Spelled(const Variable& variable) {
  if (variable.scalar) return absl::StrCat(variable.name, " (one number)");
  if (variable.columns > 0) return variable.name + " of shape " + variable.shape().Text();
  return absl::StrFormat("%s (%d numbers)", variable.name, variable.length);
}

std::string Spelled(const std::vector<Variable>& variables) {
  return absl::StrJoin(variables, ", ", [](std::string* out, const Variable& variable) {
    absl::StrAppend(out, Spelled(variable));
  });
}

/// `status` of a layout, its fields "x" turned into "variables[x]".
absl::Status UnderVariables(const absl::Status& status) {
  std::vector<Violation> violations = ViolationsOf(status);
  for (Violation& violation : violations) violation.field = VariablePath(violation.field);
  return Refuse(std::move(violations));
}

absl::Status CheckKind(const ObjectiveSpec& spec) {
  const int kinds =
      (spec.expression.empty() ? 0 : 1) + (spec.function.empty() ? 0 : 1) + (spec.model ? 1 : 0);
  if (kinds == 1) return absl::OkStatus();
  if (kinds == 0) {
    return Refuse("expression", Reason::kMissingField,
                  "no objective; give a formula in 'expression', a test function's name in "
                  "'function' or a 'model' of a dataset");
  }
  const bool two = !spec.expression.empty() && !spec.function.empty();
  return Refuse(
      two ? "function" : "model", Reason::kInvalidValue,
      absl::StrCat("given beside ", spec.expression.empty() ? "'function'" : "'expression'",
                   "; an objective is one of them"));
}

/// What `point` and `variables` do not agree in; `point` may be empty.
std::vector<Violation> Mismatches(const std::vector<Variable>& variables,
                                  const NamedValues& point) {
  std::vector<Violation> violations;
  if (point.empty()) return violations;
  std::vector<std::string> names;
  for (const Variable& variable : variables) {
    names.push_back(variable.name);
    const auto given = point.find(variable.name);
    const size_t values = given == point.end() ? 0 : given->second.size();
    if (static_cast<Index>(values) == variable.length) continue;
    violations.push_back({VariablePath(variable.name),
                          given == point.end() ? Reason::kMissingField : Reason::kWrongShape,
                          absl::StrFormat("the point gives %s %d values, but its length is %d",
                                          variable.name, values, variable.length)});
  }
  for (const auto& [name, values] : point) {
    if (std::find(names.begin(), names.end(), name) != names.end()) continue;
    violations.push_back(
        {VariablePath(name), Reason::kUnknownName, UnknownName("variable", name, names)});
  }
  return violations;
}

absl::Status CheckPoint(const std::vector<Variable>& variables, const NamedValues& point) {
  std::vector<Violation> violations = Mismatches(variables, point);
  if (violations.empty()) return absl::OkStatus();
  if (violations.size() > 20) violations.resize(20);
  return Refuse(std::move(violations));
}

// ---- Test functions

struct Chosen {
  const TestFunction* function = nullptr;
  Index dimension = 0;
};

/// The dimension that was asked for, else the point's, else the usual one.
Index DimensionOf(const ObjectiveSpec& spec, const TestFunction& function,
                  const NamedValues& point) {
  if (spec.dimension != 0) return spec.dimension;
  const auto x = point.find("x");
  const bool told = function.scalars.empty() && x != point.end() && !x->second.empty();
  return told ? static_cast<Index>(x->second.size()) : function.dimensions.usual;
}

absl::StatusOr<Chosen> ChooseFunction(const ObjectiveSpec& spec, const NamedValues& point) {
  const auto function = FindTestFunction(spec.function);
  if (!function.ok()) return Under("function", function.status());
  if (!spec.variables.empty()) {
    return Refuse(
        "variables", Reason::kInvalidValue,
        absl::StrCat("a test function brings its own; leave them out for ", spec.function));
  }
  if (!spec.parameters.empty()) {
    return Refuse("parameters", Reason::kInvalidValue, "only an expression has parameters");
  }
  const auto& [least, usual, most] = (*function)->dimensions;
  const Index n = DimensionOf(spec, **function, point);
  if (n < least || n > most) {
    return Refuse("dimension", Reason::kInvalidValue,
                  least == most
                      ? absl::StrFormat("%d; %s has %d", n, spec.function, least)
                      : absl::StrFormat("%d; %s takes %d to %d", n, spec.function, least, most));
  }
  return Chosen{*function, n};
}

using CompiledSpec = absl::StatusOr<std::shared_ptr<const expression::Compiled>>;

CompiledSpec CompileFunction(const ObjectiveSpec& spec, const NamedValues& point,
                             const expression::Limits& limits) {
  const auto chosen = ChooseFunction(spec, point);
  if (!chosen.ok()) return chosen.status();
  const auto& [function, n] = *chosen;
  const std::vector<Variable> variables = VariablesOf(*function, n);
  if (auto status = CheckPoint(variables, point); !status.ok()) return status;
  auto compiled = expression::Compile({function->expression, variables, {}}, limits);
  if (!compiled.ok()) return Under("dimension", compiled.status());  // too large for the limits
  return compiled;
}

// ---- Expressions

/// One variable for each name in `point`; a list of one makes a scalar, or where `lists` is set, a
/// vector of one.
std::vector<Variable> NamedBy(const NamedValues& point, bool lists) {
  std::vector<Variable> variables;
  for (const auto& [name, values] : point) {
    const auto length = static_cast<Index>(values.size());
    variables.push_back({.name = name, .scalar = length == 1 && !lists, .length = length});
  }
  return variables;
}

/// A list of one number may stand for a scalar or for a vector of one; the first is assumed. What
/// to add to `failure` where that was the mistake: where the formula fails differently, or not at
/// all, with vectors.
std::string ShapeHint(const absl::Status& failure, const ObjectiveSpec& spec,
                      const NamedValues& point) {
  std::vector<std::string> guessed;
  for (const Variable& variable : NamedBy(point, /*lists=*/false)) {
    if (variable.scalar) guessed.push_back(variable.name);
  }
  if (guessed.empty()) return "";
  const auto as_vectors =
      expression::Compile({spec.expression, NamedBy(point, /*lists=*/true), spec.parameters});
  if (as_vectors.status().message() == failure.message()) return "";
  return absl::StrCat("; ", absl::StrJoin(guessed, ", "),
                      guessed.size() == 1 ? " is taken for a scalar, since the point gives it"
                                          : " are taken for scalars, since the point gives each",
                      " one number: declare a vector of length 1 in 'variables' if it is one");
}

CompiledSpec CompileExpression(const ObjectiveSpec& spec, const NamedValues& point,
                               const expression::Limits& limits) {
  if (spec.dimension != 0) {
    return Refuse("dimension", Reason::kInvalidValue,
                  "only a test function has one; an expression declares its 'variables'");
  }
  const bool declared = !spec.variables.empty();
  if (!declared && point.empty()) {
    return Refuse("variables", Reason::kMissingField,
                  "nothing names the unknowns of the formula; declare them, or give a start");
  }
  const std::vector<Variable> variables =
      declared ? spec.variables : NamedBy(point, /*lists=*/false);
  if (const auto layout = Layout::Of(variables); !layout.ok()) {
    return UnderVariables(layout.status());
  }
  if (auto status = CheckPoint(variables, point); !status.ok()) return status;
  auto compiled = expression::Compile({spec.expression, variables, spec.parameters}, limits);
  if (compiled.ok()) return compiled;
  const absl::Status failure = Under("expression", compiled.status());
  const std::string hint = declared ? "" : ShapeHint(compiled.status(), spec, point);
  if (hint.empty()) return failure;
  std::vector<Violation> violations = ViolationsOf(failure);
  for (Violation& violation : violations) absl::StrAppend(&violation.description, hint);
  return Refuse(std::move(violations));
}

// ---- Models

/// `spec.model`; a formula's unknowns, where its settings do not declare them, are the spec's
/// variables or else those that `point` names.
models::ModelSpec WithUnknowns(const ObjectiveSpec& spec, const NamedValues& point) {
  models::ModelSpec model = *spec.model;
  const bool open = model.model.kind == "formula" && model.model.settings.count("variables") == 0;
  const std::vector<Variable> variables =
      spec.variables.empty() ? NamedBy(point, /*lists=*/false) : spec.variables;
  if (open && !variables.empty()) {
    model.model.settings["variables"] = models::UnknownsText(variables);
  }
  return model;
}

absl::StatusOr<std::unique_ptr<Objective>> BuildModel(const ObjectiveSpec& spec,
                                                      const NamedValues& point,
                                                      const models::Means& means) {
  const bool formula = spec.model->model.kind == "formula";
  for (const auto& [field, given] : {std::pair("variables", !spec.variables.empty() && !formula),
                                     {"parameters", !spec.parameters.empty()}}) {
    if (!given) continue;
    return Refuse(field, Reason::kInvalidValue, "a model brings its own; leave them out");
  }
  if (spec.dimension != 0) {
    return Refuse("dimension", Reason::kInvalidValue, "only a test function has one");
  }
  auto made = models::MakeModelObjective(WithUnknowns(spec, point), means);
  if (!made.ok()) return Under("model", made.status());
  if (auto status = CheckPoint((*made)->layout().variables(), point); !status.ok()) return status;
  return made;
}

}  // namespace

absl::StatusOr<std::unique_ptr<Objective>> BuildObjective(const ObjectiveSpec& spec,
                                                          const NamedValues& point,
                                                          const expression::Limits& limits,
                                                          expression::CodeMaker* maker,
                                                          const models::Means& means) {
  if (absl::Status status = CheckKind(spec); !status.ok()) return status;
  if (spec.model) {
    models::Means all = means;
    all.limits = &limits;
    all.maker = maker;
    return BuildModel(spec, point, all);
  }
  const auto compiled = CompileSpec(spec, point, limits);
  if (!compiled.ok()) return compiled.status();
  return expression::MakeObjective(*compiled, maker);
}

absl::StatusOr<std::shared_ptr<const expression::Compiled>> CompileSpec(
    const ObjectiveSpec& spec, const NamedValues& point, const expression::Limits& limits) {
  if (auto status = CheckKind(spec); !status.ok()) return status;
  if (spec.model) return Refuse("model", Reason::kInvalidValue, "a model has no formula");
  return spec.function.empty() ? CompileExpression(spec, point, limits)
                               : CompileFunction(spec, point, limits);
}

absl::StatusOr<NamedValues> DefaultStart(const ObjectiveSpec& spec) {
  if (auto status = CheckKind(spec); !status.ok()) return status;
  if (spec.function.empty()) {
    return Refuse(
        "", Reason::kMissingField,
        spec.variables.empty()
            ? "no start; an expression needs a value for each of its unknowns"
            : absl::StrCat("no start; the expression needs one for ", Spelled(spec.variables)));
  }
  const auto chosen = ChooseFunction(spec, {});
  if (!chosen.ok()) return chosen.status();
  const auto& [function, n] = *chosen;
  const auto layout = Layout::Of(VariablesOf(*function, n));
  if (!layout.ok()) return layout.status();
  return layout->Unflatten(function->start(n));
}

absl::StatusOr<NamedValues> DefaultStart(const ObjectiveSpec& spec, const Objective& objective,
                                         uint64_t seed) {
  const auto* const model = dynamic_cast<const models::ModelObjective*>(&objective);
  return model ? model->layout().Unflatten(model->Start(seed)) : DefaultStart(spec);
}

}  // namespace thalweg
