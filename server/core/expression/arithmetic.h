#pragma once

#include <cmath>

#include "server/core/expression/kernels.h"
#include "server/core/expression/program.h"

namespace thalweg::expression {

/// What the arithmetic operations mean, on one double. Constant folding, the interpreter and the
/// tests share it; machine code does the same. kCall1 and kCall2 are not here: the table has their
/// kernels.
template <Code code>
inline double Apply(double a, [[maybe_unused]] double b, [[maybe_unused]] double c) {
  if constexpr (code == Code::kAdd) return a + b;
  if constexpr (code == Code::kSubtract) return a - b;
  if constexpr (code == Code::kMultiply) return a * b;
  if constexpr (code == Code::kDivide) return a / b;
  if constexpr (code == Code::kNegate) return -a;
  if constexpr (code == Code::kAbs) return std::fabs(a);
  if constexpr (code == Code::kSign) return a > 0 ? 1.0 : (a < 0 ? -1.0 : (a == 0 ? 0.0 : a));
  if constexpr (code == Code::kSqrt) return std::sqrt(a);
  if constexpr (code == Code::kFloor) return std::floor(a);
  if constexpr (code == Code::kCeil) return std::ceil(a);
  if constexpr (code == Code::kRound) return std::nearbyint(a);
  if constexpr (code == Code::kMinimum) return a < b ? a : (a >= b ? b : a + b);
  if constexpr (code == Code::kMaximum) return a > b ? a : (a <= b ? b : a + b);
  if constexpr (code == Code::kFloorDivide) return FloorDivide(a, b);
  if constexpr (code == Code::kModulo) return Modulo(a, b);
  if constexpr (code == Code::kLess) return a < b ? 1.0 : 0.0;
  if constexpr (code == Code::kLessEqual) return a <= b ? 1.0 : 0.0;
  if constexpr (code == Code::kEqual) return a == b ? 1.0 : 0.0;
  if constexpr (code == Code::kNotEqual) return a != b ? 1.0 : 0.0;
  if constexpr (code == Code::kAnd) return a != 0 && b != 0 ? 1.0 : 0.0;
  if constexpr (code == Code::kOr) return a != 0 || b != 0 ? 1.0 : 0.0;
  if constexpr (code == Code::kNot) return a == 0 ? 1.0 : 0.0;
  if constexpr (code == Code::kSelect) return a != 0 ? b : c;
  if constexpr (code == Code::kMaskedMultiply) return a == 0 ? 0.0 : a * b;
  if constexpr (code == Code::kDetach) return a;
  return a;
}

/// X-macro over the codes that Apply knows. (clang-format finds a new layout for it at every pass.)
// clang-format off
#define THALWEG_ARITHMETIC_CODES(X) \
  X(kAdd) X(kSubtract) X(kMultiply) X(kDivide) X(kNegate) X(kAbs) \
  X(kSign) X(kSqrt) X(kFloor) X(kCeil) X(kRound) X(kMinimum) \
  X(kMaximum) X(kFloorDivide) X(kModulo) X(kLess) X(kLessEqual) X(kEqual) \
  X(kNotEqual) X(kAnd) X(kOr) X(kNot) X(kSelect) X(kMaskedMultiply) \
  X(kDetach)
// clang-format on

}  // namespace thalweg::expression
