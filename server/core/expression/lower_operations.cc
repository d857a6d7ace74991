#include <cmath>

#include "server/core/expression/lowering.h"

namespace thalweg::expression {

int32_t Lowering::Combine(const Node& node, const Fact& fact,
                          const std::vector<int32_t>& operands) {
  switch (node.kind) {
    case NodeKind::kNumber:
      return builder_.Constant(node.number);
    case NodeKind::kNegate:
      return builder_.Emit(Code::kNegate, operands[0]);
    case NodeKind::kNot:
      return builder_.Emit(Code::kNot, operands[0]);
    case NodeKind::kPower:
      return Power(operands[0], operands[1]);
    case NodeKind::kConditional:
      return builder_.Emit(Code::kSelect, operands[0], operands[1], operands[2]);
    case NodeKind::kCompare:
      return Compare(node, operands);
    case NodeKind::kCall:
      return Call(fact, operands);
    default:
      return Chain(node, operands);
  }
}

/// Chains run left to right, as they are written and as Python rounds them.
int32_t Lowering::Chain(const Node& node, const std::vector<int32_t>& operands) {
  int32_t value = operands[0];
  for (size_t i = 1; i < operands.size(); ++i) {
    Code code = Code::kAdd;
    switch (tree_.Operators(node)[i]) {
      case Symbol::kMinus:
        code = Code::kSubtract;
        break;
      case Symbol::kTimes:
        code = Code::kMultiply;
        break;
      case Symbol::kDivide:
        code = Code::kDivide;
        break;
      case Symbol::kFloorDivide:
        code = Code::kFloorDivide;
        break;
      case Symbol::kModulo:
        code = Code::kModulo;
        break;
      default:
        if (node.kind == NodeKind::kAnd) code = Code::kAnd;
        if (node.kind == NodeKind::kOr) code = Code::kOr;
        break;
    }
    value = builder_.Emit(code, value, operands[i]);
  }
  return value;
}

int32_t Lowering::Compare(const Node& node, const std::vector<int32_t>& operands) {
  int32_t all = -1;
  for (size_t i = 1; i < operands.size(); ++i) {
    const int32_t left = operands[i - 1];
    const int32_t right = operands[i];
    int32_t holds = -1;
    switch (tree_.Operators(node)[i]) {
      case Symbol::kLess:
        holds = builder_.Emit(Code::kLess, left, right);
        break;
      case Symbol::kLessEqual:
        holds = builder_.Emit(Code::kLessEqual, left, right);
        break;
      case Symbol::kGreater:
        holds = builder_.Emit(Code::kLess, right, left);
        break;
      case Symbol::kGreaterEqual:
        holds = builder_.Emit(Code::kLessEqual, right, left);
        break;
      case Symbol::kEqual:
        holds = builder_.Emit(Code::kEqual, left, right);
        break;
      default:
        holds = builder_.Emit(Code::kNotEqual, left, right);
        break;
    }
    all = all < 0 ? holds : builder_.Emit(Code::kAnd, all, holds);
  }
  return all;
}

int32_t Lowering::Call(const Fact& fact, const std::vector<int32_t>& operands) {
  if (fact.special != nullptr && fact.special->compose != nullptr) {
    return fact.special->compose(builder_, operands);
  }
  if (fact.call == CallKind::kMinMaxOfNumbers) {
    int32_t value = operands[0];
    for (size_t i = 1; i < operands.size(); ++i) {
      value = builder_.Call(fact.function, value, operands[i]);
    }
    return value;
  }
  const Function& row = Table()[static_cast<size_t>(fact.function)];
  if (row.name == "pow") return Power(operands[0], operands[1]);
  return builder_.Call(fact.function, operands[0], row.arity > 1 ? operands[1] : -1);
}

/// Constant whole exponents up to 64 multiply, 0.5 is a square root, all else is pow.
int32_t Lowering::Power(int32_t base, int32_t exponent) {
  if (builder_.IsConstant(exponent) && !builder_.IsConstant(base)) {
    const double power = builder_.ConstantOf(exponent);
    if (std::floor(power) == power && std::fabs(power) <= 64) {
      return WholePower(base, static_cast<int64_t>(power));
    }
    if (power == 0.5) return builder_.Emit(Code::kSqrt, base);
  }
  return builder_.Call("pow", base, exponent);
}

/// By squaring: bits of the exponent from the lowest, so x**5 is x * (x*x)*(x*x).
int32_t Lowering::WholePower(int32_t base, int64_t exponent) {
  if (exponent < 0) {
    return builder_.Emit(Code::kDivide, builder_.Constant(1), WholePower(base, -exponent));
  }
  int32_t value = -1;
  for (int64_t bits = exponent; bits > 0; bits >>= 1) {
    if ((bits & 1) != 0) value = value < 0 ? base : builder_.Emit(Code::kMultiply, value, base);
    if (bits > 1) base = builder_.Emit(Code::kMultiply, base, base);
  }
  return value < 0 ? builder_.Constant(1) : value;
}

}  // namespace thalweg::expression
