#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "server/core/expression/program.h"

namespace thalweg::expression {

class Chain;

/// A function of the language that works on numbers, elementwise on vectors. One row of the table
/// in functions.cc says all there is to know about it.
struct Function {
  std::string_view name;
  std::string_view other_name;  ///< "arcsin", or empty.
  int arity = 1;
  Code code = Code::kCall1;  ///< kCall1 and kCall2 go to the kernels, others are operations.
  double (*kernel1)(double) = nullptr;
  double (*kernel2)(double, double) = nullptr;
  /// What the adjoint of operand `which` (0 or 1) gains; -1 where the derivative is zero.
  int32_t (*derivative)(Chain&, int which) = nullptr;
  std::string_view domain;
  std::string_view meaning;
  std::string_view derivative_text;
};

/// All rows. The position of a row is what kCall1 and kCall2 carry.
std::span<const Function> Table();

/// The row of an operation that has one; every arithmetic operation has.
const Function& RowOf(const Op& op);

/// The row with this name or other name; -1 where there is none.
int32_t FindFunction(std::string_view name);

/// A row of the language reference.
struct FunctionInfo {
  std::string name;
  int arity = 1;  ///< -1: any number.
  std::string meaning;
  std::string derivative;
  std::string domain;
  bool elementwise = true;      ///< Of numbers, and of arrays element by element.
  std::string other_name = {};  ///< "arcsin", or empty.
  std::string takes = {};       ///< What else than arguments: "ranges, axis, .method", or empty.
};

}  // namespace thalweg::expression
