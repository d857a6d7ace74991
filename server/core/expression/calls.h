#pragma once

#include <span>
#include <string_view>

#include "server/core/expression/analysis.h"

namespace thalweg::expression {

class Builder;

/// A call that is more than one operation on numbers: reductions, selections, compositions.
struct SpecialCall {
  std::string_view name;
  CallKind kind;
  int fewest = 1;  ///< Arguments.
  int most = 1;    ///< -1: any number.
  /// What else it takes: kGenerators instead of its argument, kAxis also as its second argument,
  /// kMethod: a.name(...).
  unsigned traits = 0;
  std::string_view meaning;
  std::string_view derivative;
  std::string_view domain;
  /// Of kComposition and kWhere: writes the operations.
  int32_t (*compose)(Builder&, std::span<const int32_t> arguments) = nullptr;

  static constexpr unsigned kGenerators = 1;
  static constexpr unsigned kAxis = 2;            ///< axis=, keepdims=
  static constexpr unsigned kAxisByPosition = 4;  ///< and as the second argument
  static constexpr unsigned kMethod = 8;
  static constexpr unsigned kDdof = 16;  ///< ddof=
  bool Has(unsigned trait) const { return (traits & trait) != 0; }
};
std::span<const SpecialCall> SpecialCalls();
const SpecialCall* FindSpecialCall(std::string_view name);

/// What `.name` means without brackets: .T, .shape, .size, .ndim.
const SpecialCall* FindAttribute(std::string_view name);

/// Constants known by name; a variable, parameter or local of the same name hides them.
struct NamedNumber {
  std::string_view name;
  double value;
};
std::span<const NamedNumber> NamedNumbers();

/// The compositions, rows of SpecialCalls().
std::span<const SpecialCall> Compositions();

}  // namespace thalweg::expression
