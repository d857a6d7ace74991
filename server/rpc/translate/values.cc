#include "server/rpc/translate/values.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "server/core/number_text.h"
#include "server/core/violation.h"
#include "server/rpc/translate/refusals.h"

namespace thalweg::rpc {
namespace {

constexpr int kMostNames = 10'000;  // variables of a point; names cost more than numbers

template <typename Shape>
std::string ShapeText(const Shape& shape) {
  return absl::StrCat("[", absl::StrJoin(shape, ", "), "]");
}

absl::Status CheckFinite(const v1::Array& array) {
  const auto bad = std::find_if(array.values().begin(), array.values().end(),
                                [](double value) { return !std::isfinite(value); });
  if (bad == array.values().end()) return absl::OkStatus();
  return Refuse(absl::StrCat("values[", bad - array.values().begin(), "]"), Reason::kInvalidValue,
                absl::StrCat("is ", NumberText(*bad), "; must be finite"));
}

/// The message's entries in alphabetical order: a protobuf map has none, and answers should not
/// change from call to call.
std::map<std::string_view, const v1::Array*> Sorted(const v1::Point& point) {
  std::map<std::string_view, const v1::Array*> sorted;
  for (const auto& [name, array] : point.values()) sorted.emplace(name, &array);
  return sorted;
}

}  // namespace

absl::StatusOr<ShapedValues> FromWire(const v1::Array& array) {
  const int count = array.values_size();
  if (count == 0) {
    return Refuse("values", Reason::kMissingField, "has no numbers; at least one is needed");
  }
  if (array.shape_size() > 1) {
    return Refuse("shape", Reason::kWrongShape,
                  absl::StrCat("is ", ShapeText(array.shape()),
                               "; only scalars [] and vectors [n] are understood"));
  }
  if (array.shape_size() == 1 && array.shape(0) != count) {
    return Refuse("shape", Reason::kWrongShape,
                  absl::StrCat("is ", ShapeText(array.shape()), ", which is not filled by ", count,
                               count == 1 ? " number" : " numbers"));
  }
  if (const absl::Status finite = CheckFinite(array); !finite.ok()) return finite;

  ShapedValues result;
  result.scalar = array.shape_size() == 0 && count == 1;
  result.values.assign(array.values().begin(), array.values().end());
  return result;
}

absl::StatusOr<ShapedPoint> FromWire(const v1::Point& point) {
  if (point.values_size() > kMostNames) {
    return Refuse("values", Reason::kInvalidValue,
                  absl::StrCat("has ", point.values_size(), " variables; at most ", kMostNames,
                               " are allowed"));
  }
  Refusals refusals;
  ShapedPoint result;
  for (const auto& [name, array] : Sorted(point)) {
    auto values = FromWire(*array);
    if (!values.ok()) {
      refusals.Add(Keyed("values", name), values.status());
      continue;
    }
    const bool one = values->values.size() == 1;
    result.has_vector_of_one |= one && !values->scalar;
    result.variables.push_back(
        {std::string(name), values->scalar, static_cast<Index>(values->values.size())});
    result.values.emplace(name, std::move(values->values));
  }
  if (!refusals.empty()) return refusals.ToStatus();
  return result;
}

absl::StatusOr<Variable> FromWire(const v1::Variable& variable) {
  if (variable.shape_size() > 1) {
    return Refuse("shape", Reason::kWrongShape,
                  absl::StrCat("is ", ShapeText(variable.shape()),
                               "; only scalars [] and vectors [n] are understood"));
  }
  if (variable.shape_size() == 0) return Variable{variable.name(), /*scalar=*/true, 1};
  if (variable.shape(0) < 1) {
    return Refuse("shape", Reason::kWrongShape,
                  absl::StrCat("is ", ShapeText(variable.shape()), "; lengths begin at 1"));
  }
  return Variable{variable.name(), /*scalar=*/false, static_cast<Index>(variable.shape(0))};
}

void ToWire(const Variable& variable, v1::Variable& wire) {
  wire.set_name(variable.name);
  if (!variable.scalar) wire.add_shape(variable.length);
}

void ToWire(const std::vector<double>& values, bool scalar, v1::Array& wire) {
  if (!scalar) wire.add_shape(static_cast<int64_t>(values.size()));
  wire.mutable_values()->Add(values.begin(), values.end());
}

void ToWire(const NamedValues& values, const std::vector<Variable>& variables, v1::Point& wire) {
  std::map<std::string_view, bool> scalars;
  for (const Variable& variable : variables) scalars[variable.name] = variable.scalar;
  for (const auto& [name, numbers] : values) {
    const auto known = scalars.find(name);
    const bool scalar = known != scalars.end() ? known->second : numbers.size() == 1;
    ToWire(numbers, scalar, (*wire.mutable_values())[name]);
  }
}

std::string CoordinatePath(const std::string& field) {
  if (field.empty() || field.front() == '[' || field.starts_with("values[")) return field;
  const size_t bracket = std::min(field.find('['), field.size());
  const std::string index = field.substr(bracket);
  return absl::StrCat("values[", field.substr(0, bracket), "]", index.empty() ? "" : ".values",
                      index);
}

absl::Status AtCoordinates(const absl::Status& status) {
  std::vector<Violation> violations = ViolationsOf(status);
  if (status.code() != absl::StatusCode::kInvalidArgument || violations.empty()) return status;
  for (Violation& violation : violations) violation.field = CoordinatePath(violation.field);
  return Refuse(std::move(violations));
}

size_t NumbersOf(const NamedValues& values) {
  size_t numbers = 0;
  for (const auto& [name, list] : values) numbers += list.size();
  return numbers;
}

}  // namespace thalweg::rpc
