#pragma once

#include <cstdint>

#include "server/core/expression/builder.h"

namespace thalweg::expression {

/// The place at which a derivative rule is applied: operands x and y, value z = f(x, y), and the
/// adjoint of z (how f's final value changes with z). Rules write operations through it.
class Chain {
 public:
  Chain(Builder& builder, int32_t first, int32_t second, int32_t value, int32_t of_value,
        bool masked)
      : x(first), y(second), z(value), adjoint(of_value), builder_(builder), masked_(masked) {}

  const int32_t x, y, z, adjoint;

  /// adjoint * partial, such that an adjoint of zero gives zero if z may be a value not chosen.
  int32_t Times(int32_t partial) {
    return builder_.Emit(masked_ ? Code::kMaskedMultiply : Code::kMultiply, adjoint, partial);
  }
  int32_t Over(int32_t divisor) {
    if (masked_) return Times(Divide(Number(1), divisor));
    return Divide(adjoint, divisor);
  }

  int32_t Number(double value) { return builder_.Constant(value); }
  int32_t Add(int32_t a, int32_t b) { return builder_.Emit(Code::kAdd, a, b); }
  int32_t Subtract(int32_t a, int32_t b) { return builder_.Emit(Code::kSubtract, a, b); }
  int32_t Multiply(int32_t a, int32_t b) { return builder_.Emit(Code::kMultiply, a, b); }
  int32_t Divide(int32_t a, int32_t b) { return builder_.Emit(Code::kDivide, a, b); }
  int32_t Negate(int32_t a) { return builder_.Emit(Code::kNegate, a); }
  int32_t Sqrt(int32_t a) { return builder_.Emit(Code::kSqrt, a); }
  int32_t Select(int32_t c, int32_t a, int32_t b) { return builder_.Emit(Code::kSelect, c, a, b); }
  int32_t Less(int32_t a, int32_t b) { return builder_.Emit(Code::kLess, a, b); }
  int32_t Equal(int32_t a, int32_t b) { return builder_.Emit(Code::kEqual, a, b); }
  int32_t Unary(Code code, int32_t a) { return builder_.Emit(code, a); }
  int32_t Call(std::string_view name, int32_t a, int32_t b = -1) {
    return builder_.Call(name, a, b);
  }

 private:
  Builder& builder_;
  bool masked_;
};

}  // namespace thalweg::expression
