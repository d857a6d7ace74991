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

using Lengths = google::protobuf::RepeatedField<int64_t>;

std::string ShapeText(const Lengths& shape) {
  return absl::StrCat("[", absl::StrJoin(shape, ", "), "]");
}

/// Refuses more than two axes, and lengths below one.
absl::Status CheckShape(const Lengths& shape) {
  if (shape.size() > 2) {
    return Refuse("shape", Reason::kWrongShape,
                  absl::StrCat("is ", ShapeText(shape),
                               "; only scalars [], vectors [n] and matrices [m, n] are "
                               "understood"));
  }
  if (std::all_of(shape.begin(), shape.end(), [](int64_t length) { return length >= 1; })) {
    return absl::OkStatus();
  }
  return Refuse("shape", Reason::kWrongShape,
                absl::StrCat("is ", ShapeText(shape), "; lengths begin at 1"));
}

/// Whether `count` numbers fill a checked shape.
bool Fills(int64_t count, const Lengths& shape) {
  int64_t rest = count;
  for (const int64_t length : shape) {
    if (rest % length != 0) return false;
    rest /= length;
  }
  return shape.empty() || rest == 1;
}

void AddShape(const Shape& shape, Lengths& wire) {
  for (int axis = 0; axis < shape.rank(); ++axis) wire.Add(shape[axis]);
}

absl::Status CheckNumbers(const v1::Array& array, Allowed allowed) {
  const bool infinite = allowed == Allowed::kInfinite;
  const auto bad = std::find_if(
      array.values().begin(), array.values().end(),
      [infinite](double value) { return infinite ? std::isnan(value) : !std::isfinite(value); });
  if (bad == array.values().end()) return absl::OkStatus();
  return Refuse(absl::StrCat("values[", bad - array.values().begin(), "]"), Reason::kInvalidValue,
                absl::StrCat("is ", NumberText(*bad), "; must be ",
                             infinite ? "a number, or infinite" : "finite"));
}

/// The message's entries in alphabetical order: a protobuf map has none, and answers should not
/// change from call to call.
std::map<std::string_view, const v1::Array*> Sorted(const v1::Point& point) {
  std::map<std::string_view, const v1::Array*> sorted;
  for (const auto& [name, array] : point.values()) sorted.emplace(name, &array);
  return sorted;
}

}  // namespace

absl::StatusOr<ShapedValues> FromWire(const v1::Array& array, Allowed allowed) {
  const int count = array.values_size();
  if (count == 0) {
    return Refuse("values", Reason::kMissingField, "has no numbers; at least one is needed");
  }
  if (const absl::Status shape = CheckShape(array.shape()); !shape.ok()) return shape;
  if (!Fills(count, array.shape())) {
    return Refuse("shape", Reason::kWrongShape,
                  absl::StrCat("is ", ShapeText(array.shape()), ", which is not filled by ", count,
                               count == 1 ? " number" : " numbers"));
  }
  if (const absl::Status numbers = CheckNumbers(array, allowed); !numbers.ok()) return numbers;

  ShapedValues result;
  result.scalar = array.shape_size() == 0 && count == 1;
  result.columns = array.shape_size() == 2 ? array.shape(1) : 0;
  result.values.assign(array.values().begin(), array.values().end());
  return result;
}

absl::StatusOr<ShapedPoint> FromWire(const v1::Point& point, Allowed allowed) {
  if (point.values_size() > kMostNames) {
    return Refuse("values", Reason::kInvalidValue,
                  absl::StrCat("has ", point.values_size(), " variables; at most ", kMostNames,
                               " are allowed"));
  }
  Refusals refusals;
  ShapedPoint result;
  for (const auto& [name, array] : Sorted(point)) {
    auto values = FromWire(*array, allowed);
    if (!values.ok()) {
      refusals.Add(Keyed("values", name), values.status());
      continue;
    }
    const bool one = values->values.size() == 1;
    result.has_shapes |= (one && !values->scalar) || values->columns > 0;
    result.variables.push_back({std::string(name), values->scalar,
                                static_cast<Index>(values->values.size()), values->columns});
    result.values.emplace(name, std::move(values->values));
  }
  if (!refusals.empty()) return refusals.ToStatus();
  return result;
}

absl::StatusOr<Variable> FromWire(const v1::Variable& variable) {
  if (const absl::Status shape = CheckShape(variable.shape()); !shape.ok()) return shape;
  if (variable.shape_size() == 0) return Variable{variable.name(), /*scalar=*/true, 1};
  const int64_t first = variable.shape(0);
  if (variable.shape_size() == 1) return Variable{variable.name(), /*scalar=*/false, first};
  const int64_t columns = variable.shape(1);
  int64_t length = 0;
  if (__builtin_mul_overflow(first, columns, &length)) {
    return Refuse("shape", Reason::kWrongShape,
                  absl::StrCat("is ", ShapeText(variable.shape()), "; that is too many numbers"));
  }
  return Variable{variable.name(), /*scalar=*/false, length, columns};
}

void ToWire(const Variable& variable, v1::Variable& wire) {
  wire.set_name(variable.name);
  AddShape(variable.shape(), *wire.mutable_shape());
}

void ToWire(const std::vector<double>& values, const Shape& shape, v1::Array& wire) {
  AddShape(shape, *wire.mutable_shape());
  wire.mutable_values()->Add(values.begin(), values.end());
}

void ToWire(const NamedValues& values, const std::vector<Variable>& variables, v1::Point& wire) {
  std::map<std::string_view, Shape> shapes;
  for (const Variable& variable : variables) shapes[variable.name] = variable.shape();
  for (const auto& [name, numbers] : values) {
    const auto known = shapes.find(name);
    const auto count = static_cast<int64_t>(numbers.size());
    const Shape shape = known != shapes.end() ? known->second
                        : count == 1          ? Shape()
                                              : Shape::Vector(count);
    ToWire(numbers, shape, (*wire.mutable_values())[name]);
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
