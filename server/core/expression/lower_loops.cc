#include <cmath>

#include "server/core/expression/lowering.h"

namespace thalweg::expression {
namespace {

constexpr double kExact = 9007199254740992.0;  // 2^53: doubles are all the integers up to here

Fold FoldOf(CallKind call) {
  switch (call) {
    case CallKind::kProduct:
      return Fold::kProduct;
    case CallKind::kMinimum:
      return Fold::kMinimum;
    case CallKind::kMaximum:
      return Fold::kMaximum;
    default:
      return Fold::kSum;
  }
}

}  // namespace

// --- reductions of vectors ----------------------------------------------------------------------

int32_t Lowering::Reduction(int32_t index) {
  const auto arguments = tree_.Children(tree_.At(index));
  const CallKind call = analysis_.At(index).call;
  const bool squares = call == CallKind::kNorm;
  const int32_t other = call == CallKind::kDot ? arguments[1] : (squares ? arguments[0] : -1);
  const int32_t folded = ReduceOver(index, FoldOf(call), arguments[0], other);
  builder_.SetOrigin(index, /*derivative=*/false);
  if (call == CallKind::kMean) {
    const auto length = static_cast<double>(analysis_.At(arguments[0]).length);
    return builder_.Emit(Code::kDivide, folded, builder_.Constant(length));
  }
  if (!squares) return folded;
  // At 0 the root of a stand-in is taken and dropped again: value 0, gradient 0 instead of 0/0.
  const int32_t zero = builder_.Constant(0);
  const int32_t at_zero = builder_.Emit(Code::kEqual, folded, zero);
  const int32_t safe = builder_.Emit(Code::kSelect, at_zero, builder_.Constant(1), folded);
  const int32_t root = builder_.Emit(Code::kSqrt, safe);
  return builder_.Emit(Code::kSelect, at_zero, zero, root);
}

/// Folds argument, or argument * other, over its elements.
int32_t Lowering::ReduceOver(int32_t index, Fold fold, int32_t argument, int32_t other) {
  const int32_t loop = OpenOver(analysis_.At(argument).length, Region(index), index);
  int32_t value = ElementAt(argument, loop);
  if (other >= 0) {
    const int32_t factor = ElementAt(other, loop);
    builder_.SetOrigin(index, /*derivative=*/false);
    value = builder_.Emit(Code::kMultiply, value, factor);
  }
  builder_.SetOrigin(index, /*derivative=*/false);
  const int32_t result = builder_.Accumulate(loop, fold, value);
  builder_.CloseLoop(loop);
  return result;
}

// --- comprehensions -----------------------------------------------------------------------------

int32_t Lowering::Comprehension(int32_t index) {
  const CallKind call = analysis_.At(index).call;
  const Node& node = tree_.At(index);
  const bool mean = call == CallKind::kMean;
  const Nest nest =
      Generators(index, node.first_generator, Region(index), FoldOf(call), /*counts=*/mean);
  builder_.SetOrigin(index, /*derivative=*/false);
  return mean ? builder_.Emit(Code::kDivide, nest.value, nest.count) : nest.value;
}

/// One loop per generator, each folding what the next one inwards gives.
Lowering::Nest Lowering::Generators(int32_t index, int32_t generator, int32_t region, Fold fold,
                                    bool counts) {
  const Node& node = tree_.At(index);
  const Generator& of = tree_.generators[static_cast<size_t>(generator)];
  const int32_t loop = OpenGenerator(index, generator, region);
  const bool last = generator + 1 == node.first_generator + node.generators;

  int32_t kept = -1;  // does this turn count?
  for (int32_t i = 0; i < of.conditions; ++i) {
    const int32_t condition = Number(tree_.children[static_cast<size_t>(of.first_condition + i)]);
    builder_.SetOrigin(index, /*derivative=*/false);
    kept = kept < 0 ? condition : builder_.Emit(Code::kAnd, kept, condition);
  }
  Nest inner;
  if (last) {
    inner.value = Number(tree_.Children(node)[0]);
    inner.count = builder_.Constant(1);
  } else {
    inner = Generators(index, generator + 1, builder_.BodyOf(loop), fold, counts);
  }
  builder_.SetOrigin(index, /*derivative=*/false);
  const auto where_kept = [&](int32_t value, double otherwise) {
    if (kept < 0) return value;
    return builder_.Emit(Code::kSelect, kept, value, builder_.Constant(otherwise));
  };
  Nest outer;
  outer.value = builder_.Accumulate(loop, fold, where_kept(inner.value, Neutral(fold)));
  if (counts) outer.count = builder_.Accumulate(loop, Fold::kSum, where_kept(inner.count, 0));
  builder_.CloseLoop(loop);
  return outer;
}

int32_t Lowering::OpenGenerator(int32_t index, int32_t generator, int32_t region) {
  const Generator& of = tree_.generators[static_cast<size_t>(generator)];
  const LoopFact& fact = analysis_.loops[static_cast<size_t>(generator)];
  const auto argument = [&](int32_t i) {
    return tree_.children[static_cast<size_t>(of.first_argument + i)];
  };
  const int32_t start_node = of.arguments > 1 ? argument(0) : -1;
  const int32_t stop_node = argument(of.arguments > 1 ? 1 : 0);
  const int32_t start = start_node < 0 ? builder_.Constant(0) : Number(start_node);
  const int32_t stop = Number(stop_node);
  const int32_t step = of.arguments > 2 ? Number(argument(2)) : builder_.Constant(1);
  builder_.SetOrigin(index, /*derivative=*/false);
  const int32_t span = builder_.Emit(Code::kSubtract, stop, start);
  const int32_t count = builder_.Emit(Code::kCeil, builder_.Emit(Code::kDivide, span, step));
  const int32_t loop = builder_.OpenLoop(region, count, static_cast<int64_t>(fact.most));
  region_at_depth_[static_cast<size_t>(fact.depth)] = builder_.BodyOf(loop);

  Binding& binding = bindings_[static_cast<size_t>(generator)];
  const int32_t turns = builder_.Emit(Code::kMultiply, builder_.Counter(loop), step);
  binding.value = builder_.ConstantIs(start, 0) ? turns : builder_.Emit(Code::kAdd, start, turns);
  binding.affine = start_node < 0 ? Affine{} : AffineOf(start_node, 0);
  const double stride = builder_.ConstantOf(step);
  if (std::fabs(stride) > kExact) {
    binding.affine.reset();  // one turn at most, but no integer
  } else if (binding.affine) {
    binding.affine->terms[loop] = static_cast<int64_t>(stride);
  }
  return loop;
}

// --- indices ------------------------------------------------------------------------------------

int32_t Lowering::Element(int32_t index) {
  const int32_t base = tree_.Children(tree_.At(index))[0];
  const int32_t place = tree_.Children(tree_.At(index))[1];
  const int32_t array = ArrayOf(base, /*keep=*/true);
  const int64_t offset = BaseOf(base);
  const int64_t length = analysis_.At(base).length;
  builder_.SetOrigin(index, /*derivative=*/false);
  if (const auto affine = AffineOf(place, 0); affine && analysis_.At(index).proven) {
    Address address{array, affine->base, {}};
    if (affine->terms.empty() && address.base < 0) address.base += length;
    address.base += offset;
    for (const auto& [loop, coefficient] : affine->terms) {
      if (coefficient != 0) address.terms.emplace_back(loop, coefficient);
    }
    builder_.SetOrigin(index, /*derivative=*/false);  // the index has set its own
    return builder_.Load(address);
  }
  // Kept inside by force: at turns where the element is not needed the index may be anything.
  const int32_t wanted = Number(place);
  builder_.SetOrigin(index, /*derivative=*/false);
  const int32_t top = builder_.Constant(static_cast<double>(length - 1));
  const int32_t low = builder_.Emit(Code::kMaximum, wanted, builder_.Constant(0));
  const int32_t safe = builder_.Emit(Code::kMinimum, low, top);
  return builder_.Gather({array, offset, {}}, safe);
}

std::optional<Lowering::Affine> Lowering::AffineOf(int32_t index, int depth) {
  constexpr int kMaxDepth = 48;  // this code recurses
  if (depth > kMaxDepth) return std::nullopt;
  const Node& node = tree_.At(index);
  const Fact& fact = analysis_.At(index);
  if (node.kind == NodeKind::kName && fact.meaning.kind == SymbolKind::kLoopVariable) {
    return bindings_[static_cast<size_t>(fact.meaning.index)].affine;
  }
  if (fact.loops == 0) {
    const int32_t value = Number(index);
    if (!builder_.IsConstant(value)) return std::nullopt;
    const double number = builder_.ConstantOf(value);
    if (std::floor(number) != number || !(std::fabs(number) < kExact)) return std::nullopt;
    return Affine{static_cast<int64_t>(number), {}};
  }
  // sum += by * term, unless a coefficient leaves the integers.
  const auto gains = [](Affine& sum, const Affine& term, int64_t by) {
    const auto add = [by](int64_t& to, int64_t of) {
      int64_t product = 0;
      return !__builtin_mul_overflow(by, of, &product) && !__builtin_add_overflow(to, product, &to);
    };
    bool fits = add(sum.base, term.base);
    for (const auto& [loop, coefficient] : term.terms) fits &= add(sum.terms[loop], coefficient);
    return fits;
  };
  const auto children = tree_.Children(node);
  if (node.kind == NodeKind::kNegate || node.kind == NodeKind::kAdd) {
    Affine sum;
    for (size_t i = 0; i < children.size(); ++i) {
      const auto term = AffineOf(children[i], depth + 1);
      if (!term) return std::nullopt;
      const bool minus =
          node.kind == NodeKind::kNegate || tree_.Operators(node)[i] == Symbol::kMinus;
      if (!gains(sum, *term, minus ? -1 : 1)) return std::nullopt;
    }
    return sum;
  }
  if (node.kind != NodeKind::kMultiply || children.size() != 2 ||
      tree_.Operators(node)[1] != Symbol::kTimes) {
    return std::nullopt;
  }
  const auto left = AffineOf(children[0], depth + 1);
  const auto right = AffineOf(children[1], depth + 1);
  if (!left || !right) return std::nullopt;
  if (!left->terms.empty() && !right->terms.empty()) return std::nullopt;
  const bool left_constant = left->terms.empty();
  Affine product;
  const Affine& moving = left_constant ? *right : *left;
  if (!gains(product, moving, left_constant ? left->base : right->base)) return std::nullopt;
  return product;
}

}  // namespace thalweg::expression
