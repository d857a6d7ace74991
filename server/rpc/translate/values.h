#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "server/core/layout.h"
#include "thalweg/v1/values.pb.h"

/// Arrays, variables and points. Paths in errors begin at the message given: "values[x]".
namespace thalweg::rpc {

/// A scalar, vector or matrix as it arrives.
struct ShapedValues {
  bool scalar = true;
  std::vector<double> values;  ///< A matrix row after row.
  int64_t columns = 0;         ///< Of a matrix, else 0.
};

/// Which numbers an array may hold.
enum class Allowed { kFinite, kInfinite };

/// Refuses a shape that its numbers do not fill, more than two axes, no numbers, NaN, and what is
/// not finite where that is not allowed.
absl::StatusOr<ShapedValues> FromWire(const v1::Array& array, Allowed allowed = Allowed::kFinite);

/// A point as it arrives: its values, and what its shapes say about the variables.
struct ShapedPoint {
  NamedValues values;
  std::vector<Variable> variables;  ///< By name, in alphabetical order.
  /// Some shape says what its values alone would not: a vector of one number, or a matrix.
  bool has_shapes = false;
};
absl::StatusOr<ShapedPoint> FromWire(const v1::Point& point, Allowed allowed = Allowed::kFinite);

absl::StatusOr<Variable> FromWire(const v1::Variable& variable);

void ToWire(const Variable& variable, v1::Variable& wire);
/// `values` by name; shapes come from `variables`, or from the values where those do not tell.
void ToWire(const NamedValues& values, const std::vector<Variable>& variables, v1::Point& wire);
void ToWire(const std::vector<double>& values, const Shape& shape, v1::Array& wire);

/// The path of a coordinate in a v1::Point, for the way the core spells it: "x" -> "values[x]",
/// "y[3]" -> "values[y].values[3]". Anything else stays as it is.
std::string CoordinatePath(const std::string& field);

/// `status` of Layout::Flatten with paths as above.
absl::Status AtCoordinates(const absl::Status& status);

/// How many numbers the values have together.
size_t NumbersOf(const NamedValues& values);

}  // namespace thalweg::rpc
