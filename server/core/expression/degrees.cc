// Degrees in x: of every operation, from those of its operands.

#include <algorithm>

#include "server/core/expression/order.h"
#include "server/core/expression/structure.h"

namespace thalweg::expression {
namespace {

class Degrees {
 public:
  Degrees(const Program& program, const std::vector<int32_t>& order)
      : program_(program),
        order_(order),
        of_op_(program.ops.size(), Degree::kConstant),
        of_array_(program.arrays.size(), Degree::kConstant) {
    for (size_t i = 0; i < program.arrays.size(); ++i) {
      const ArrayKind kind = program.arrays[i].kind;
      if (kind == ArrayKind::kInput) of_array_[i] = Degree::kLinear;
    }
  }

  /// A loop may read what a later operation of its body stores, so until nothing changes; degrees
  /// only grow, so that is soon.
  std::vector<Degree> Find() {
    while (Pass()) {
    }
    return std::move(of_op_);
  }

 private:
  bool Pass() {
    bool stored_more = false;
    for (const int32_t index : order_) {
      const Op& op = program_.At(index);
      if (IsEffect(op.code)) {
        stored_more |= Store(op);
      } else {
        of_op_[static_cast<size_t>(index)] = Of(op);
      }
    }
    return stored_more;
  }

  Degree At(int32_t op) const {
    return op < 0 ? Degree::kConstant : of_op_[static_cast<size_t>(op)];
  }
  Degree Highest(const Op& op) const { return std::max({At(op.a), At(op.b), At(op.c)}); }
  static Degree Sum(Degree a, Degree b) {
    const int sum = static_cast<int>(a) + static_cast<int>(b);
    return static_cast<Degree>(std::min(sum, static_cast<int>(Degree::kOther)));
  }
  static Degree Unless(bool constant, Degree otherwise) {
    return constant ? Degree::kConstant : otherwise;
  }

  Degree Of(const Op& op) const {
    switch (op.code) {
      case Code::kConstant:
      case Code::kCounter:
        return Degree::kConstant;
      case Code::kLoad:
        return of_array_[ArrayOf(op)];
      case Code::kGather:
        return At(op.a) == Degree::kConstant ? of_array_[ArrayOf(op)] : Degree::kOther;
      case Code::kResult:
        return OfResult(op);
      case Code::kAdd:
      case Code::kSubtract:
      case Code::kNegate:
        return Highest(op);
      case Code::kMultiply:
      case Code::kMaskedMultiply:
        return Sum(At(op.a), At(op.b));
      case Code::kDivide:
        return At(op.b) == Degree::kConstant ? At(op.a) : Degree::kOther;
      case Code::kSelect:
        return At(op.a) == Degree::kConstant ? std::max(At(op.b), At(op.c)) : Degree::kOther;
      default:
        return Unless(Highest(op) == Degree::kConstant, Degree::kOther);
    }
  }

  Degree OfResult(const Op& op) const {
    const Loop& loop = program_.LoopAt(op.aux);
    const Accumulator& accumulator = loop.accumulators[static_cast<size_t>(op.b)];
    if (At(loop.count) != Degree::kConstant) return Degree::kOther;
    if (accumulator.fold == Fold::kSum) return At(accumulator.value);
    return Unless(At(accumulator.value) == Degree::kConstant, Degree::kOther);
  }

  bool Store(const Op& op) {
    const bool whole = op.code == Code::kClear || op.code == Code::kExclusiveProducts;
    const size_t array = whole ? static_cast<size_t>(op.aux) : ArrayOf(op);
    Degree& degree = of_array_[array];
    Degree stored = Degree::kOther;
    if (IsRunningSum(op.code)) stored = degree;
    if (op.code == Code::kClear) stored = Degree::kConstant;
    if (op.code == Code::kStore || op.code == Code::kScatter) stored = At(op.a);
    if (op.code == Code::kScatterAt && At(op.a) == Degree::kConstant) stored = At(op.b);
    const bool more = stored > degree;
    degree = std::max(degree, stored);
    return more;
  }

  size_t ArrayOf(const Op& op) const {
    return static_cast<size_t>(program_.addresses[static_cast<size_t>(op.aux)].array);
  }

  const Program& program_;
  const std::vector<int32_t>& order_;
  std::vector<Degree> of_op_;
  std::vector<Degree> of_array_;
};

}  // namespace

std::vector<Degree> FindDegrees(const Program& program, const std::vector<int32_t>& order) {
  return Degrees(program, order).Find();
}

}  // namespace thalweg::expression
