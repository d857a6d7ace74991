#pragma once

#include <span>
#include <string_view>

#include "server/core/expression/analysis.h"

namespace thalweg::expression {

/// A call that is more than one operation on numbers: reductions, selections, compositions.
struct SpecialCall {
  std::string_view name;
  CallKind kind;
  int fewest = 1;                ///< Arguments.
  int most = 1;                  ///< -1: any number.
  bool over_generators = false;  ///< May take a comprehension instead of its argument.
  std::string_view meaning;
  std::string_view derivative;
  std::string_view domain;
};
std::span<const SpecialCall> SpecialCalls();
const SpecialCall* FindSpecialCall(std::string_view name);

/// Constants known by name; a variable, parameter or local of the same name hides them.
struct NamedNumber {
  std::string_view name;
  double value;
};
std::span<const NamedNumber> NamedNumbers();

constexpr bool IsReduction(CallKind kind) { return kind >= CallKind::kSum; }

}  // namespace thalweg::expression
