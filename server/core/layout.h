#pragma once

#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "server/core/shape.h"
#include "server/core/vector.h"

namespace thalweg {

/// A named unknown: a scalar, a vector of `length` coordinates, or a matrix of that many, row
/// after row.
struct Variable {
  std::string name;
  bool scalar = true;
  Index length = 1;   ///< Coordinates it takes, >= 1; 1 for a scalar.
  Index columns = 0;  ///< Of a matrix: divides length; 0 for scalars and vectors.

  Shape shape() const { return scalar ? Shape() : ShapeOf(length, columns); }

  friend bool operator==(const Variable&, const Variable&) = default;
};

/// Values by variable name; a scalar is a list of one.
using NamedValues = std::map<std::string, std::vector<double>>;

/// How named variables lie in the one vector that optimizers see: one after the other, in order.
class Layout {
 public:
  Layout() = default;
  /// Refuses duplicate or ill-formed names and lengths below one.
  static absl::StatusOr<Layout> Of(std::vector<Variable> variables);

  const std::vector<Variable>& variables() const { return variables_; }
  Index size() const { return size_; }  ///< n, the total number of coordinates.
  Index OffsetOf(size_t variable) const { return offsets_[variable]; }

  /// The flat vector that `values` spell. Every variable must be given, with its own length,
  /// finite; nothing else may be. Errors name the variable as a field: "x", "y[3]".
  absl::StatusOr<Vector> Flatten(const NamedValues& values) const;
  NamedValues Unflatten(const Vector& x) const;

  /// "x[3]", "W[1, 2]" or "b" for the coordinate at `index` of the flat vector.
  std::string CoordinateName(Index index) const;

 private:
  std::vector<Variable> variables_;
  std::vector<Index> offsets_;
  Index size_ = 0;
};

}  // namespace thalweg
