#include "server/core/expression/tangent.h"

#include <vector>

#include "server/core/expression/activity.h"
#include "server/core/expression/chain.h"
#include "server/core/expression/copier.h"
#include "server/core/expression/functions.h"

namespace thalweg::expression {
namespace {

/// Operations whose tangent may be zero because a selection dropped x, or a loop had no turns:
/// partials that are not finite there must not matter.
std::vector<bool> FindChosen(const Program& program, const Activity& active) {
  std::vector<bool> chosen(program.ops.size(), false);
  std::vector<bool> arrays(program.arrays.size(), false);
  const auto is = [&](int32_t op) { return op >= 0 && chosen[static_cast<size_t>(op)]; };
  const auto chooses = [&](const Op& op) {
    if (op.code == Code::kLoad || op.code == Code::kGather) {
      return static_cast<bool>(arrays[static_cast<size_t>(program.ArrayIndex(op))]);
    }
    if (op.code == Code::kResult) {
      const Accumulator& of = program.LoopAt(op.aux).accumulators[static_cast<size_t>(op.b)];
      const bool may_be_empty = program.At(program.LoopAt(op.aux).count).code != Code::kConstant;
      return may_be_empty || of.fold >= Fold::kMinimum || is(of.value);
    }
    return op.code == Code::kSelect || op.code == Code::kMinimum || op.code == Code::kMaximum ||
           is(op.a) || is(op.b);
  };
  for (bool changed = true; changed;) {
    changed = false;
    for (size_t i = 0; i < program.ops.size(); ++i) {
      const Op& op = program.ops[i];
      if (IsEffect(op.code)) {
        const auto array = static_cast<size_t>(program.ArrayIndex(op));
        if (arrays[array] || !is(op.code == Code::kScatterAt ? op.b : op.a)) continue;
        arrays[array] = changed = true;
      } else {
        chosen[i] = active.ops[i] && chooses(op);
      }
    }
  }
  return chosen;
}

class TangentPass final : Copier {
 public:
  TangentPass(const Program& from, int64_t scratch_bytes, Builder& to)
      : Copier(from, scratch_bytes, to),
        active_(FindActive(from)),
        chosen_(FindChosen(from, active_)),
        tangent_(from.ops.size(), -1),
        array_tangent_(from.arrays.size(), -1),
        others_(from.ops.size(), -1) {}

  bool Run() {
    for (size_t i = 0; i < from_.arrays.size(); ++i) {
      const Array& array = from_.arrays[i];
      if (array.kind == ArrayKind::kTemporary || !active_.arrays[i]) continue;
      array_tangent_[i] = to_.AddArray({.kind = TangentOf(array.kind), .length = array.length});
    }
    CopyRegion(0, 0);
    to_.program().result = to_.Constant(0);
    return !out_of_memory();
  }

 private:
  static ArrayKind TangentOf(ArrayKind kind) {
    switch (kind) {
      case ArrayKind::kInput:
        return ArrayKind::kDirection;
      case ArrayKind::kGradient:
        return ArrayKind::kHessianVector;
      default:
        return ArrayKind::kJacobian;  // of residuals: the part along v
    }
  }

  void AfterTemporary(size_t array, int32_t region) override {
    if (!active_.arrays[array]) return;
    array_tangent_[array] = AddTemporary(from_.arrays[array].length, region);
    to_.SetTangent(array_tangent_[array], array_copy_[array]);
  }

  int32_t& TangentAt(int32_t op) { return tangent_[static_cast<size_t>(op)]; }
  /// The tangent of an operand; -1 where it is zero.
  int32_t Of(int32_t op) { return op < 0 ? -1 : TangentAt(op); }
  int32_t OrZero(int32_t tangent) { return tangent < 0 ? to_.Constant(0) : tangent; }

  // --- operations -----------------------------------------------------------------------------

  void WriteOp(int32_t index, int32_t region) override {
    const Op& op = from_.At(index);
    if (IsEffect(op.code)) {
      WriteEffect(op, index, region);
      return;
    }
    Copier::WriteOp(index, region);
    if (!active_.ops[static_cast<size_t>(index)]) return;
    to_.SetOrigin(op.origin, /*derivative=*/true);
    if (op.code == Code::kLoad) {
      TangentAt(index) = to_.Load(CopyAddress(op.aux, array_tangent_));
    } else if (op.code == Code::kGather) {
      TangentAt(index) = to_.Gather(CopyAddress(op.aux, array_tangent_), Copy(op.a));
    } else {
      TangentAt(index) = OfArithmetic(op, index);
    }
  }

  int32_t OfArithmetic(const Op& op, int32_t index) {
    if (op.code == Code::kSelect) {
      if (Of(op.b) < 0 && Of(op.c) < 0) return -1;
      return to_.Emit(Code::kSelect, Copy(op.a), OrZero(Of(op.b)), OrZero(Of(op.c)));
    }
    int32_t sum = -1;
    for (const int which : {0, 1}) {
      const int32_t tangent = Of(which == 0 ? op.a : op.b);
      if (tangent < 0) continue;
      const int32_t part = Part(op, index, which, tangent);
      if (part >= 0) sum = sum < 0 ? part : to_.Emit(Code::kAdd, sum, part);
    }
    return sum;
  }

  /// Partial derivative times tangent: what the rule for adjoints gives when the operand's tangent
  /// stands for the adjoint.
  int32_t Part(const Op& op, int32_t index, int which, int32_t tangent) {
    if (op.code == Code::kMaskedMultiply) {
      // A branch not taken has mask 0, and then nothing of the other factor may come through.
      return which == 0 ? to_.Emit(Code::kMaskedMultiply, tangent, Copy(op.b))
                        : to_.Emit(Code::kMaskedMultiply, Copy(op.a), tangent);
    }
    const bool masked = chosen_[static_cast<size_t>(which == 0 ? op.a : op.b)];
    Chain chain(to_, Copy(op.a), Copy(op.b), Copy(index), tangent, masked);
    return RowOf(op).derivative(chain, which);
  }

  void WriteEffect(const Op& op, int32_t index, int32_t region) {
    const auto array = static_cast<size_t>(from_.ArrayIndex(op));
    const bool has_tangent = array_tangent_[array] >= 0 && Writes(op);
    to_.SetOrigin(op.origin, /*derivative=*/true);
    if (has_tangent) WriteTangent(op, array, region);
    if (!IsOutput(from_.arrays[array].kind)) Copier::WriteOp(index, region);
  }

  void WriteTangent(const Op& op, size_t array, int32_t region) {
    const auto effect = [&](int32_t a, int32_t b) {
      to_.Effect(region, op.code, a, b, to_.AddressOf(CopyAddress(op.aux, array_tangent_)));
    };
    switch (op.code) {
      case Code::kStore:
        effect(OrZero(Of(op.a)), -1);
        break;
      case Code::kScatter:
        if (Of(op.a) >= 0) effect(Of(op.a), -1);
        break;
      case Code::kScatterAt:
        if (Of(op.b) >= 0) effect(Copy(op.a), Of(op.b));
        break;
      case Code::kPrefixSums:
      case Code::kSuffixSums:  // linear
        effect(Copy(op.a), Copy(op.b));
        break;
      case Code::kClear:
        to_.Effect(region, Code::kClear, -1, -1, array_tangent_[array]);
        break;
      default:  // before the factors themselves are replaced
        to_.Effect(region, Code::kExclusiveProductTangents, Copy(op.a), -1, array_tangent_[array]);
        break;
    }
  }

  // --- reductions -----------------------------------------------------------------------------

  void AfterBody(int32_t old, int32_t loop) override {
    for (const Accumulator& of : from_.LoopAt(old).accumulators) {
      if (of.result < 0) continue;
      TangentAt(of.result) = -1;
      const int32_t tangent = Of(of.value);
      if (tangent < 0) continue;
      to_.SetOrigin(from_.At(of.result).origin, /*derivative=*/true);
      if (of.fold == Fold::kSum) {
        TangentAt(of.result) = to_.Accumulate(loop, Fold::kSum, tangent);
      } else if (of.fold == Fold::kProduct) {
        int32_t& others = others_[static_cast<size_t>(of.result)];
        const int32_t body = to_.BodyOf(loop);
        others = AddTemporary(from_.LoopAt(old).most, to_.program().RegionAt(body).parent);
        to_.Counter(loop);
        to_.Effect(body, Code::kStore, Copy(of.value), -1, to_.AddressOf({others, 0, {{loop, 1}}}));
      }
    }
  }

  /// Products and extremes must be known as a whole before the tangents of their turns count.
  void AfterLoop(int32_t old, int32_t region) override {
    for (const Accumulator& of : from_.LoopAt(old).accumulators) {
      if (of.result < 0 || of.fold == Fold::kSum || Of(of.value) < 0) continue;
      const bool product = of.fold == Fold::kProduct;
      const int32_t others = others_[static_cast<size_t>(of.result)];
      to_.SetOrigin(from_.At(of.result).origin, /*derivative=*/true);
      if (product) {
        to_.Effect(region, Code::kExclusiveProducts, Copy(from_.LoopAt(old).count), -1, others);
      }
      const int32_t loop = OpenAgain(old, region);
      to_.SetOrigin(from_.At(of.result).origin, /*derivative=*/true);
      const int32_t tangent = Of(of.value);
      if (product) {
        to_.Counter(loop);
        const int32_t part =
            to_.Emit(Code::kMaskedMultiply, tangent, to_.Load({others, 0, {{loop, 1}}}));
        TangentAt(of.result) = to_.Accumulate(loop, Fold::kSum, part);
        to_.CloseLoop(loop);
        continue;
      }
      const int32_t chosen = to_.Emit(Code::kEqual, Copy(of.value), Copy(of.result));
      const int32_t part = to_.Emit(Code::kSelect, chosen, tangent, to_.Constant(0));
      const int32_t sum = to_.Accumulate(loop, Fold::kSum, part);
      const int32_t ties = to_.Accumulate(loop, Fold::kSum, chosen);
      to_.CloseLoop(loop);
      TangentAt(of.result) = to_.Emit(Code::kDivide, sum, ties);
    }
  }

  Activity active_;
  std::vector<bool> chosen_;            // by operation of `from_`
  std::vector<int32_t> tangent_;        // operation of `to_` by operation of `from_`; -1: zero
  std::vector<int32_t> array_tangent_;  // by array of `from_`
  std::vector<int32_t> others_;         // by result of a product: its other factors at each turn
};

}  // namespace

bool Tangent(const Program& of, int64_t scratch_bytes, Builder& tangent) {
  return TangentPass(of, scratch_bytes, tangent).Run();
}

}  // namespace thalweg::expression
