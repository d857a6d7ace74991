#include "server/rpc/translate/objective.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "server/core/constraint_spec.h"
#include "server/core/number_text.h"
#include "server/core/violation.h"
#include "server/rpc/translate/refusals.h"

namespace thalweg::rpc {
namespace {

constexpr int kMostVariables = 10'000;
constexpr int kMostParameters = 1'000;

/// Whether the fields fit the kind is for the core to say; here only what it cannot see.
void CheckKind(const v1::Objective& objective, Refusals& refusals) {
  const bool nothing = objective.kind_case() == v1::Objective::KIND_NOT_SET ||
                       (objective.has_function() && objective.function().empty()) ||
                       (objective.has_expression() && objective.expression().empty());
  if (nothing) {
    refusals.Add("", Reason::kMissingField,
                 "gives nothing to descend; give an expression, a function or a model");
  }
  if (!v1::Direction_IsValid(objective.direction())) {
    refusals.Add("direction", Reason::kInvalidValue,
                 absl::StrCat("is ", static_cast<int>(objective.direction()),
                              "; known: DIRECTION_MINIMIZE, DIRECTION_MAXIMIZE"));
  }
}

void AddVariables(const v1::Objective& objective, ObjectiveSpec& spec, Refusals& refusals) {
  if (objective.variables_size() > kMostVariables) {
    refusals.Add("variables", Reason::kInvalidValue,
                 absl::StrCat("has ", objective.variables_size(), " entries; at most ",
                              kMostVariables, " are allowed"));
    return;
  }
  for (const v1::Variable& wire : objective.variables()) {
    auto variable = FromWire(wire);
    if (variable.ok()) {
      spec.variables.push_back(*std::move(variable));
    } else {
      refusals.Add(Keyed("variables", wire.name()), variable.status());
    }
  }
}

void AddParameters(const v1::Objective& objective, ObjectiveSpec& spec, Refusals& refusals) {
  if (objective.parameters_size() > kMostParameters) {
    refusals.Add("parameters", Reason::kInvalidValue,
                 absl::StrCat("has ", objective.parameters_size(), " entries; at most ",
                              kMostParameters, " are allowed"));
    return;
  }
  for (const auto& [name, array] : objective.parameters()) {
    auto values = FromWire(array);
    if (values.ok()) {
      spec.parameters[name] = {values->scalar, std::move(values->values), values->columns};
    } else {
      refusals.Add(Keyed("parameters", name), values.status());
    }
  }
}

void AddBounds(const v1::Objective& objective, ObjectiveSpec& spec, Refusals& refusals) {
  const auto add = [&refusals](const v1::Point& side, const char* field, NamedValues& values) {
    auto shaped = FromWire(side, Allowed::kInfinite);
    if (!shaped.ok()) return refusals.Add(field, shaped.status());
    values = std::move(shaped->values);
  };
  add(objective.lower(), "lower", spec.lower);
  add(objective.upper(), "upper", spec.upper);
}

void AddConstraints(const v1::Objective& objective, ObjectiveSpec& spec, Refusals& refusals) {
  if (objective.constraints_size() > static_cast<int>(kMostConstraints)) {
    refusals.Add("constraints", Reason::kInvalidValue,
                 absl::StrCat("has ", objective.constraints_size(), " entries; at most ",
                              kMostConstraints, " are allowed"));
    return;
  }
  for (const v1::Constraint& wire : objective.constraints()) {
    ConstraintSpec& constraint = spec.constraints.emplace_back();
    constraint.name = wire.name();
    constraint.expression = wire.expression();
    if (wire.has_lower()) constraint.lower = wire.lower();
    if (wire.has_upper()) constraint.upper = wire.upper();
  }
  const double tolerance = objective.feasibility_tolerance();
  if (tolerance != 0) spec.feasibility_tolerance = tolerance;
  if (!(tolerance >= 0 && std::isfinite(tolerance))) {
    refusals.Add("feasibility_tolerance", Reason::kInvalidValue,
                 absl::StrCat("is ", NumberText(tolerance), "; must be positive and finite"));
  }
}

}  // namespace

absl::StatusOr<ObjectiveSpec> FromWire(const v1::Objective& objective, const ShapedPoint& point) {
  Refusals refusals;
  ObjectiveSpec spec;
  CheckKind(objective, refusals);
  spec.expression = objective.expression();
  spec.function = objective.function();
  spec.dimension = static_cast<Index>(objective.dimension());
  AddVariables(objective, spec, refusals);
  AddParameters(objective, spec, refusals);
  AddBounds(objective, spec, refusals);
  AddConstraints(objective, spec, refusals);
  if (objective.has_model()) {
    auto model = FromWire(objective.model());
    if (!model.ok()) refusals.Add("model", model.status());
    if (model.ok()) spec.model = *std::move(model);
  }
  if (!refusals.empty()) return refusals.ToStatus();

  // A start is kept as numbers only, and one number there means a scalar: shapes that say more
  // have to be declared.
  const bool open = spec.function.empty() && !spec.model && spec.variables.empty();
  if (open && point.has_shapes) spec.variables = point.variables;
  return spec;
}

Direction DirectionFromWire(const v1::Objective& objective) {
  return objective.direction() == v1::DIRECTION_MAXIMIZE ? Direction::kMaximize
                                                         : Direction::kMinimize;
}

void ToWire(const ObjectiveSpec& spec, Direction direction, v1::Objective& wire) {
  if (spec.model) {
    ToWire(*spec.model, *wire.mutable_model());
  } else if (spec.function.empty()) {
    wire.set_expression(spec.expression);
  } else {
    wire.set_function(spec.function);
  }
  for (const Variable& variable : spec.variables) ToWire(variable, *wire.add_variables());
  for (const auto& [name, parameter] : spec.parameters) {
    ToWire(parameter.values, parameter.shape(), (*wire.mutable_parameters())[name]);
  }
  for (const ConstraintSpec& constraint : spec.constraints) {
    v1::Constraint& to = *wire.add_constraints();
    to.set_name(constraint.name);
    to.set_expression(constraint.expression);
    if (constraint.lower) to.set_lower(*constraint.lower);
    if (constraint.upper) to.set_upper(*constraint.upper);
  }
  if (spec.feasibility_tolerance != kFeasibilityTolerance) {
    wire.set_feasibility_tolerance(spec.feasibility_tolerance);
  }
  wire.set_dimension(spec.dimension);
  // Without the variables' shapes: one number may stand for many.
  if (!spec.lower.empty()) ToWire(spec.lower, {}, *wire.mutable_lower());
  if (!spec.upper.empty()) ToWire(spec.upper, {}, *wire.mutable_upper());
  wire.set_direction(direction == Direction::kMaximize ? v1::DIRECTION_MAXIMIZE
                                                       : v1::DIRECTION_MINIMIZE);
}

}  // namespace thalweg::rpc
