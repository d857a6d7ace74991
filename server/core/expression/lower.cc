#include "server/core/expression/lower.h"

#include "server/core/expression/lowering.h"

namespace thalweg::expression {

void Lower(const Source& source, const Layout& layout, const Tree& tree, const Analysis& analysis,
           const Limits& limits, Complaints& complaints, Builder& builder) {
  Lowering(source, layout, tree, analysis, limits, complaints, builder).Run();
}

Lowering::Lowering(const Source& source, const Layout& layout, const Tree& tree,
                   const Analysis& analysis, const Limits& limits, Complaints& complaints,
                   Builder& builder)
    : source_(source),
      layout_(layout),
      tree_(tree),
      analysis_(analysis),
      limits_(limits),
      complaints_(complaints),
      builder_(builder) {
  numbers_.assign(tree.nodes.size(), -1);
  arrays_.assign(tree.nodes.size(), -1);
  bindings_.resize(tree.generators.size());
  builder_.AddArray({.kind = ArrayKind::kInput, .length = layout.size()});
  builder_.AddArray({.kind = ArrayKind::kGradient, .length = layout.size()});
}

void Lowering::Run() {
  // Reductions and kept arrays that depend on no loop come first, in the order written: what
  // remains to be followed inwards is then only what loops really contain.
  for (size_t i = 0; i < tree_.nodes.size() && !builder_.full(); ++i) {
    const auto index = static_cast<int32_t>(i);
    if (At(index).loops != 0) continue;
    if (At(index).array()) {
      if (analysis_.kept[i]) Keep(index);
    } else if (LooksAfterItself(index) && tree_.nodes[i].kind != NodeKind::kIndex) {
      Number(index);
    }
  }
  builder_.program().result = Number(tree_.statements.back().root);
}

int32_t Lowering::Region(int32_t node) const {
  const uint32_t loops = At(node).loops;
  if (loops == 0) return 0;
  int32_t deepest = 0;
  for (int32_t depth = 0; depth <= kMaxLoopDepth; ++depth) {
    if (((loops >> depth) & 1U) != 0) deepest = depth;
  }
  return region_at_depth_[static_cast<size_t>(deepest)];
}

/// Depth first with an explicit stack; only loops recurse, and their nesting is limited.
int32_t Lowering::Number(int32_t root) {
  std::vector<int32_t> waiting = {root};
  std::vector<int32_t> operands;
  while (!waiting.empty()) {
    const int32_t index = waiting.back();
    if (Known(index) || builder_.full()) {
      waiting.pop_back();
      continue;
    }
    const size_t before = waiting.size();
    for (const int32_t operand : Operands(index)) {
      if (!Known(operand)) waiting.push_back(operand);
    }
    if (waiting.size() > before) continue;
    waiting.pop_back();
    operands.clear();
    for (const int32_t operand : Operands(index)) {
      operands.push_back(numbers_[static_cast<size_t>(operand)]);
    }
    numbers_[static_cast<size_t>(index)] = Make(index, operands);
  }
  const int32_t made = numbers_[static_cast<size_t>(root)];
  return made >= 0 ? made : builder_.Constant(0);  // only when the builder is full
}

/// Numbers made of arrays or ranges rather than of other numbers.
bool Lowering::LooksAfterItself(int32_t index) const {
  const Node& node = tree_.At(index);
  const CallKind call = At(index).call;
  switch (node.kind) {
    case NodeKind::kIndex:
    case NodeKind::kComprehension:
    case NodeKind::kMatMul:
      return true;
    case NodeKind::kCall:
      return IsReduction(call) || call == CallKind::kLength || call == CallKind::kSize ||
             call == CallKind::kRank;
    default:
      return false;
  }
}

/// The parts whose own values a number needs.
std::span<const int32_t> Lowering::Operands(int32_t index) const {
  const Node& node = tree_.At(index);
  const Fact& fact = At(index);
  if (node.kind == NodeKind::kName && fact.meaning.kind == SymbolKind::kLocal) {
    return {&fact.meaning.index, 1};
  }
  if (LooksAfterItself(index)) return {};
  if (node.kind == NodeKind::kInline) return tree_.Children(node).last(1);
  return node.kind == NodeKind::kCall ? PositionalArguments(tree_, fact, node)
                                      : tree_.Children(node);
}

int32_t Lowering::Make(int32_t index, const std::vector<int32_t>& operands) {
  const Node& node = tree_.At(index);
  const Fact& fact = At(index);
  builder_.SetOrigin(index, /*derivative=*/false);
  switch (node.kind) {
    case NodeKind::kName:
      return Name(fact, operands);
    case NodeKind::kInline:
      return operands[0];
    case NodeKind::kIndex: {
      const int32_t base = Underlying(tree_, analysis_, tree_.Children(node)[0]);
      const Place place = BehindIndex(index, {});
      const auto memory = StoredIn(base);
      if (!memory) return Element(base, place);
      builder_.SetOrigin(index, /*derivative=*/false);  // messages then name the element
      return LoadAt(memory->array, memory->offset, At(base).shape, place);
    }
    case NodeKind::kComprehension:
      return Comprehension(index);
    case NodeKind::kMatMul:
      return Product(index, {});
    default:
      break;
  }
  if (node.kind == NodeKind::kCall && LooksAfterItself(index)) {
    const Shape& shape = At(tree_.Children(node)[0]).shape;
    if (fact.call == CallKind::kLength) return builder_.Constant(static_cast<double>(shape[0]));
    if (fact.call == CallKind::kSize) return builder_.Constant(static_cast<double>(shape.size()));
    if (fact.call == CallKind::kRank) return builder_.Constant(shape.rank());
    return Reduction(index, {});
  }
  return Combine(node, fact, operands);
}

int32_t Lowering::Name(const Fact& fact, const std::vector<int32_t>& operands) {
  const Meaning& meaning = fact.meaning;
  switch (meaning.kind) {
    case SymbolKind::kVariable:
      return builder_.Load({kInputArray, layout_.OffsetOf(static_cast<size_t>(meaning.index)), {}});
    case SymbolKind::kParameter:
      return builder_.Constant(meaning.parameter->values.front());
    case SymbolKind::kLoopVariable:
      return bindings_[static_cast<size_t>(meaning.index)].value;
    case SymbolKind::kLocal:
      return operands[0];
    case SymbolKind::kNumber:
      break;
  }
  return builder_.Constant(meaning.number);
}

}  // namespace thalweg::expression
