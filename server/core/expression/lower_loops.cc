#include <cmath>
#include <cstdlib>

#include "server/core/expression/lowering.h"

namespace thalweg::expression {
namespace {

constexpr double kExact = 9007199254740992.0;  // 2^53: doubles are all the integers up to here

}  // namespace

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
    if (At(index).call == CallKind::kLeastSquares) {
      builder_.SetOrigin(index, /*derivative=*/false);
      inner.value = builder_.Emit(Code::kMultiply, inner.value, inner.value);
    }
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
  binding.affine = start_node < 0 ? Coordinate{} : AffineOf(start_node);
  const double stride = builder_.ConstantOf(step);
  if (std::fabs(stride) > kExact) {
    binding.affine.reset();  // one turn at most, but no integer
  } else if (binding.affine) {
    binding.affine = Plus(*binding.affine, {0, {{loop, static_cast<int64_t>(stride)}}, -1});
  }
  return loop;
}

// --- indices ------------------------------------------------------------------------------------

/// `index` as a place that loads can use directly; nothing where it is not of that form.
std::optional<Coordinate> Lowering::AffineOf(int32_t index, int depth) {
  constexpr int kMaxDepth = 48;  // this code recurses
  if (depth > kMaxDepth) return std::nullopt;
  const Node& node = tree_.At(index);
  const Fact& fact = analysis_.At(index);
  if (node.kind == NodeKind::kName && fact.meaning.kind == SymbolKind::kLoopVariable) {
    return bindings_[static_cast<size_t>(fact.meaning.index)].affine;
  }
  if (node.kind == NodeKind::kName && fact.meaning.kind == SymbolKind::kLocal) {
    return AffineOf(fact.meaning.index, depth + 1);
  }
  if (node.kind == NodeKind::kInline) return AffineOf(tree_.Children(node).back(), depth + 1);
  if (fact.loops == 0) {
    const int32_t value = Number(index);
    if (!builder_.IsConstant(value)) return std::nullopt;
    const double number = builder_.ConstantOf(value);
    if (std::floor(number) != number || !(std::fabs(number) < kExact)) return std::nullopt;
    return Coordinate{static_cast<int64_t>(number), {}, -1};
  }
  // sum + by * term, unless a coefficient leaves the integers.
  const auto gain = [&](const Coordinate& sum, const Coordinate& term,
                        int64_t by) -> std::optional<Coordinate> {
    const auto fits = [by](int64_t of) {
      return std::fabs(static_cast<double>(of) * static_cast<double>(by)) < kExact;
    };
    bool all = fits(term.base);
    for (const auto& [loop, coefficient] : term.terms) all &= fits(coefficient);
    Coordinate made = Plus(sum, Times(term, all ? by : 0));
    all &= std::llabs(made.base) < static_cast<int64_t>(kExact);
    for (const auto& [loop, coefficient] : made.terms) {
      all &= std::llabs(coefficient) < static_cast<int64_t>(kExact);
    }
    std::erase_if(made.terms, [](const auto& of) { return of.second == 0; });
    return all ? std::optional(made) : std::nullopt;
  };
  const auto children = tree_.Children(node);
  if (node.kind == NodeKind::kNegate || node.kind == NodeKind::kAdd) {
    std::optional<Coordinate> sum = Coordinate{};
    for (size_t i = 0; i < children.size() && sum; ++i) {
      const auto term = AffineOf(children[i], depth + 1);
      if (!term) return std::nullopt;
      const bool minus =
          node.kind == NodeKind::kNegate || tree_.Operators(node)[i] == Symbol::kMinus;
      sum = gain(*sum, *term, minus ? -1 : 1);
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
  return gain({}, left_constant ? *right : *left, left_constant ? left->base : right->base);
}

}  // namespace thalweg::expression
