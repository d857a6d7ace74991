#include "server/rpc/translate/catalog.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "server/core/layout.h"
#include "server/rpc/translate/values.h"

namespace thalweg::rpc {
namespace {

v1::OptionType ToWire(OptionType type) {
  switch (type) {
    case OptionType::kNumber:
      return v1::OPTION_TYPE_NUMBER;
    case OptionType::kInteger:
      return v1::OPTION_TYPE_INTEGER;
    case OptionType::kFlag:
      return v1::OPTION_TYPE_FLAG;
    case OptionType::kText:
      return v1::OPTION_TYPE_TEXT;
    case OptionType::kSchedule:
      return v1::OPTION_TYPE_SCHEDULE;
    case OptionType::kNumbers:
      return v1::OPTION_TYPE_NUMBERS;
    case OptionType::kPart:
      return v1::OPTION_TYPE_PART;
    case OptionType::kParts:
      return v1::OPTION_TYPE_PARTS;
  }
  return v1::OPTION_TYPE_UNSPECIFIED;
}

bool HasRange(OptionType type) {
  return type == OptionType::kNumber || type == OptionType::kInteger ||
         type == OptionType::kNumbers || type == OptionType::kSchedule;
}

std::string Signature(const expression::FunctionInfo& function) {
  if (function.arity == 0) return function.name;  // a constant
  if (function.arity < 0) return absl::StrCat(function.name, "(...)");
  if (function.arity == 1) return absl::StrCat(function.name, "(x)");
  if (function.arity == 2) return absl::StrCat(function.name, "(x, y)");
  return absl::StrCat(function.name, "(x, y, z)");
}

}  // namespace

void ToWire(const Capabilities& capabilities, v1::Capabilities& wire) {
  wire.set_gradient(capabilities.gradient);
  wire.set_hessian(capabilities.hessian);
  wire.set_residuals(capabilities.residuals);
  wire.set_bounds(capabilities.bounds);
  wire.set_needs_bounds(capabilities.needs_bounds);
  wire.set_constraints(capabilities.constraints);
  wire.set_random(capabilities.random);
  wire.set_rows(capabilities.rows);
}

void ToWire(const OptionInfo& option, v1::Option& wire) {
  wire.set_name(option.name);
  wire.set_type(ToWire(option.type));
  wire.set_default_text(option.default_text);
  if (HasRange(option.type)) wire.set_range(option.range.Text());
  for (const std::string& choice : option.choices) wire.add_choices(choice);
  wire.set_meaning(option.meaning);
  wire.set_catalogue(option.catalogue);
}

void ToWire(const TestFunction& function, v1::Function& wire) {
  const Index n = function.dimensions.usual;
  const std::vector<Variable> variables = VariablesOf(function, n);
  const auto layout = Layout::Of(variables);
  wire.set_name(function.name);
  wire.set_title(function.title);
  wire.set_summary(function.summary);
  wire.set_expression(function.expression);
  for (const Variable& variable : variables) ToWire(variable, *wire.add_variables());
  wire.set_least_dimension(function.dimensions.least);
  wire.set_most_dimension(function.dimensions.most);
  if (const auto minimum = function.minimum(n)) wire.set_minimum(*minimum);
  wire.set_source(function.source);
  if (!layout.ok()) return;  // no row of the catalogue is like that

  const auto add = [&](const Vector& x, v1::Point& point) {
    ToWire(layout->Unflatten(x), variables, point);
  };
  add(function.start(n), *wire.mutable_start());
  add(function.lower(n), *wire.mutable_lower());
  add(function.upper(n), *wire.mutable_upper());
  for (const Vector& x : function.minimisers(n)) add(x, *wire.add_minimisers());
}

void ToWire(const expression::FunctionInfo& function, v1::LanguageFunction& wire) {
  wire.set_name(function.name);
  wire.set_signature(Signature(function));
  wire.set_meaning(function.meaning);
  wire.set_derivative(function.derivative);
  wire.set_domain(function.domain);
}

}  // namespace thalweg::rpc
