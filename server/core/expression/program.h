#pragma once

#include <compare>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "server/core/expression/numbers.h"

namespace thalweg::expression {

/// Operations of a program. Operands are other operations (a, b, c), values are doubles; truth is
/// 1 or 0. The machine that runs a program decides how many turns of a loop it does at once.
enum class Code : uint8_t {
  kConstant,  ///< `value`
  kCounter,   ///< 0, 1, 2, ... : which turn of loop `aux` this is
  kLoad,      ///< arrays at address `aux`
  kGather,    ///< arrays at address `aux` plus the integer a
  kResult,    ///< of loop `aux`: its accumulator number b
  // Arithmetic: IEEE, each rounded once.
  kAdd,
  kSubtract,
  kMultiply,
  kDivide,
  kNegate,
  kAbs,
  kSign,
  kSqrt,
  kFloor,
  kCeil,
  kRound,
  kMinimum,
  kMaximum,  ///< NaN if either is, as in NumPy
  kFloorDivide,
  kModulo,  ///< Python's: the remainder has the divisor's sign
  kLess,
  kLessEqual,
  kEqual,
  kNotEqual,
  kAnd,
  kOr,
  kNot,
  kSelect,  ///< a != 0 ? b : c
  /// a == 0 ? 0 : a * b. Adjoints of values that may not have been chosen are multiplied like
  /// this, so that 0 * inf in the branch not taken leaves no NaN.
  kMaskedMultiply,
  kDetach,  ///< a, which derivatives take for a constant
  kCall1,
  kCall2,  ///< Function number `aux` of the table, of a (and b).
  // Effects, in program order.
  kStore,      ///< address `aux` = a
  kScatter,    ///< address `aux` += a
  kScatterAt,  ///< address `aux` plus the integer a, += b
  /// Running sums in place over a elements, b apart, the first at address `aux`: from the second
  /// on, element k += element k-1, one after the other. kSuffixSums goes backwards: from the last
  /// but one, element k += element k+1. Each is the other's reverse. a and b are whole, a >= 0.
  kPrefixSums,
  kSuffixSums,
  kClear,              ///< array `aux` = 0
  kExclusiveProducts,  ///< each of the first a elements of array `aux` = product of the others
  /// array `aux`, the tangents of the factors in another array (Array::tangent_of), becomes those
  /// of what kExclusiveProducts will make of the first a factors
  kExclusiveProductTangents,
};

constexpr bool IsRunningSum(Code code) {
  return code == Code::kPrefixSums || code == Code::kSuffixSums;
}
constexpr bool IsEffect(Code code) { return code >= Code::kStore; }
constexpr bool IsArithmetic(Code code) { return code >= Code::kAdd && code <= Code::kCall2; }
/// Whether an effect's `aux` is an array, not an address.
constexpr bool ActsOnWholeArray(Code code) { return code >= Code::kClear; }
int OperandCount(Code code);

struct Op {
  Code code = Code::kConstant;
  int32_t a = -1;
  int32_t b = -1;
  int32_t c = -1;
  int32_t aux = -1;
  int32_t region = 0;       ///< Where it is computed: the outermost region that knows its operands.
  int32_t origin = -1;      ///< The syntax node it was made for, to name it in messages.
  bool derivative = false;  ///< Part of the reverse pass.
  double value = 0;
};

enum class ArrayKind : uint8_t {
  kInput,          ///< x
  kGradient,       ///< df/dx
  kDirection,      ///< v, along which a tangent is taken
  kHessianVector,  ///< d/dt of the gradient at x + t*v
  kResiduals,      ///< r, of a sum of squares
  kJacobian,       ///< dr/dx by columns; where there is a direction, dr/dx times v
  kParameter,
  kTemporary,
};
/// What a program sets for its caller: cleared at first, then added to or stored into. One that
/// no effect names may be null.
constexpr bool IsOutput(ArrayKind kind) {
  return kind == ArrayKind::kGradient || kind == ArrayKind::kHessianVector ||
         kind == ArrayKind::kResiduals || kind == ArrayKind::kJacobian;
}

struct Array {
  ArrayKind kind = ArrayKind::kTemporary;
  int64_t length = 0;
  int32_t parameter = -1;   ///< Which parameter's values; of kParameter.
  int32_t home = 0;         ///< Region in which a temporary is filled: no load may leave it.
  int32_t tangent_of = -1;  ///< The array whose tangents a temporary holds, if it does.
};

/// base + sum of coefficient * counter over the loops around.
struct Address {
  int32_t array = 0;
  int64_t base = 0;
  std::vector<std::pair<int32_t, int64_t>> terms;  ///< (loop, coefficient), outermost first.

  friend auto operator<=>(const Address&, const Address&) = default;
};

enum class Fold : uint8_t { kSum, kProduct, kMinimum, kMaximum };

/// One running result of a loop. Turn k goes to lane k % 8; in the end the lanes are combined
/// as ((l0+l4)+(l2+l6)) + ((l1+l5)+(l3+l7)), with the fold's own operation for +.
struct Accumulator {
  Fold fold = Fold::kSum;
  int32_t value = -1;   ///< The operation folded, as seen from the body.
  int32_t result = -1;  ///< The kResult.
};

struct Loop {
  int32_t body = -1;   ///< Its region.
  int32_t count = -1;  ///< Operation, outside the body: how many turns (0 or less: none).
  int64_t most = 0;    ///< Upper bound of count.
  int32_t origin = -1;
  int32_t counter = -1;  ///< The kCounter operation, once there is one.
  std::vector<Accumulator> accumulators;
};

/// What a region does, in order: operations and loops.
struct Item {
  bool loop = false;
  int32_t index = 0;
};

struct Region {
  int32_t parent = -1;
  int32_t depth = 0;
  int32_t loop = -1;  ///< Whose body it is; -1 for the top.
  std::vector<Item> items;
};

/// Straight-line operations with loops between them: the form of a formula's value, of its
/// gradient, and of what jit/ compiles.
struct Program {
  std::vector<Op> ops;
  std::vector<Region> regions = {Region{}};
  std::vector<Loop> loops;
  std::vector<Array> arrays;
  std::vector<Address> addresses;
  std::vector<Numbers> parameters;                  ///< Values of the kParameter arrays.
  std::map<std::string, int32_t> named_parameters;  ///< Their numbers, where names stand for them.
  int32_t result = -1;                              ///< The operation that is the formula's value.

  const Op& At(int32_t op) const { return ops[static_cast<size_t>(op)]; }
  Op& At(int32_t op) { return ops[static_cast<size_t>(op)]; }
  const Loop& LoopAt(int32_t loop) const { return loops[static_cast<size_t>(loop)]; }
  const Region& RegionAt(int32_t region) const { return regions[static_cast<size_t>(region)]; }
  /// Of a load, gather or effect.
  int32_t ArrayIndex(const Op& op) const {
    return ActsOnWholeArray(op.code) ? op.aux : addresses[static_cast<size_t>(op.aux)].array;
  }
  const Array& ArrayOf(const Op& op) const { return arrays[static_cast<size_t>(ArrayIndex(op))]; }
};

/// Where the arrays of one run are. A program needs those that it has arrays of.
struct Arguments {
  const double* x = nullptr;
  double* gradient = nullptr;
  const double* direction = nullptr;
  double* hessian_vector = nullptr;
  double* residuals = nullptr;
  double* jacobian = nullptr;
  const double* const* parameters = nullptr;  ///< By number; null: the program's own.
};

/// Where `array` is, if it is not a temporary. Inputs and parameters are never written.
inline double* WhereIs(const Program& program, const Array& array, const Arguments& arguments) {
  switch (array.kind) {
    case ArrayKind::kInput:
      return const_cast<double*>(arguments.x);
    case ArrayKind::kGradient:
      return arguments.gradient;
    case ArrayKind::kDirection:
      return const_cast<double*>(arguments.direction);
    case ArrayKind::kHessianVector:
      return arguments.hessian_vector;
    case ArrayKind::kResiduals:
      return arguments.residuals;
    case ArrayKind::kJacobian:
      return arguments.jacobian;
    case ArrayKind::kParameter: {
      const auto parameter = static_cast<size_t>(array.parameter);
      return const_cast<double*>(arguments.parameters != nullptr
                                     ? arguments.parameters[parameter]
                                     : program.parameters[parameter].data());
    }
    case ArrayKind::kTemporary:
      break;
  }
  return nullptr;
}

inline constexpr int32_t kInputArray = 0;     ///< x
inline constexpr int32_t kGradientArray = 1;  ///< df/dx

}  // namespace thalweg::expression
