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
  kept_.assign(tree.nodes.size(), -1);
  bindings_.resize(tree.generators.size());
  builder_.AddArray({.kind = ArrayKind::kInput, .length = layout.size()});
  builder_.AddArray({.kind = ArrayKind::kGradient, .length = layout.size()});
}

void Lowering::Run() {
  // Numbers that depend on no loop come first, in the order written: what remains to be followed
  // inwards is then only what loops really contain.
  for (size_t i = 0; i < tree_.nodes.size() && !builder_.full(); ++i) {
    const Fact& fact = analysis_.facts[i];
    const Node& node = tree_.nodes[i];
    const bool reduces = node.kind == NodeKind::kComprehension ||
                         (node.kind == NodeKind::kCall && IsReduction(fact.call));
    if (reduces && fact.loops == 0) Number(static_cast<int32_t>(i));
  }
  builder_.program().result = Number(tree_.statements.back().root);
}

int32_t Lowering::Region(int32_t node) const {
  const uint32_t loops = analysis_.At(node).loops;
  if (loops == 0) return 0;
  int32_t deepest = 0;
  for (int32_t depth = 0; depth <= kMaxLoopDepth; ++depth) {
    if (((loops >> depth) & 1U) != 0) deepest = depth;
  }
  return region_at_depth_[deepest];
}

int32_t Lowering::Underlying(int32_t node) const {
  while (tree_.At(node).kind == NodeKind::kName &&
         analysis_.At(node).meaning.kind == SymbolKind::kLocal) {
    node = tree_.statements[static_cast<size_t>(analysis_.At(node).meaning.index)].root;
  }
  return node;
}

// --- numbers ------------------------------------------------------------------------------------

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

/// The parts whose own values a number needs. Indices, lengths and reductions look after theirs.
std::span<const int32_t> Lowering::Operands(int32_t index) const {
  const Node& node = tree_.At(index);
  const Fact& fact = analysis_.At(index);
  if (node.kind == NodeKind::kName && fact.meaning.kind == SymbolKind::kLocal) {
    return {&tree_.statements[static_cast<size_t>(fact.meaning.index)].root, 1};
  }
  const bool special =
      node.kind == NodeKind::kIndex || node.kind == NodeKind::kComprehension ||
      (node.kind == NodeKind::kCall && (IsReduction(fact.call) || fact.call == CallKind::kLength));
  if (special) return {};
  return tree_.Children(node);
}

int32_t Lowering::Make(int32_t index, const std::vector<int32_t>& operands) {
  const Node& node = tree_.At(index);
  const Fact& fact = analysis_.At(index);
  builder_.SetOrigin(index, /*derivative=*/false);
  switch (node.kind) {
    case NodeKind::kName:
      return Name(fact, operands);
    case NodeKind::kIndex:
      return Element(index);
    case NodeKind::kComprehension:
      return Comprehension(index);
    case NodeKind::kCall:
      if (fact.call == CallKind::kLength) {
        const int32_t argument = tree_.Children(node)[0];
        return builder_.Constant(static_cast<double>(analysis_.At(argument).length));
      }
      if (IsReduction(fact.call)) return Reduction(index);
      break;
    default:
      break;
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

// --- vectors, element by element ----------------------------------------------------------------

/// The element of `root` at the turn of `loop`. Also depth first, remembering what this loop has.
int32_t Lowering::ElementAt(int32_t root, int32_t loop) {
  std::vector<int32_t> waiting = {root};
  std::vector<int32_t> operands;
  while (!waiting.empty()) {
    const int32_t index = waiting.back();
    int32_t& made = Slot(index, loop);
    if (made >= 0 || builder_.full()) {
      waiting.pop_back();
      continue;
    }
    if (!analysis_.At(index).vector()) {
      const int32_t number = Number(index);
      Slot(index, loop) = number;
      waiting.pop_back();
      continue;
    }
    if (const int32_t leaf = LeafAt(index, loop); leaf >= 0) {
      Slot(index, loop) = leaf;
      waiting.pop_back();
      continue;
    }
    const auto parts = Operands(index);
    const size_t before = waiting.size();
    for (const int32_t part : parts) {
      if (Slot(part, loop) < 0) waiting.push_back(part);
    }
    if (waiting.size() > before) continue;
    waiting.pop_back();
    operands.clear();
    for (const int32_t part : parts) operands.push_back(Slot(part, loop));
    builder_.SetOrigin(index, /*derivative=*/false);
    const Node& node = tree_.At(index);
    Slot(index, loop) =
        node.kind == NodeKind::kName ? operands[0] : Combine(node, analysis_.At(index), operands);
  }
  const int32_t made = Slot(root, loop);
  return made >= 0 ? made : builder_.Constant(0);
}

int32_t& Lowering::Slot(int32_t node, int32_t loop) {
  const uint64_t key =
      (static_cast<uint64_t>(static_cast<uint32_t>(loop)) << 32U) | static_cast<uint32_t>(node);
  return elements_.try_emplace(key, -1).first->second;
}

/// Variables, parameters and kept locals are loads; -1 for what must be computed.
int32_t Lowering::LeafAt(int32_t index, int32_t loop) {
  const int32_t array = ArrayOf(index, /*keep=*/false);
  if (array < 0) return -1;
  builder_.SetOrigin(index, /*derivative=*/false);
  return builder_.Load({array, BaseOf(index), {{loop, 1}}});
}

/// Offset of a vector variable in x; 0 for arrays of their own.
int64_t Lowering::BaseOf(int32_t index) const {
  const Fact& fact = analysis_.At(Underlying(index));
  const bool variable = tree_.At(Underlying(index)).kind == NodeKind::kName &&
                        fact.meaning.kind == SymbolKind::kVariable;
  return variable ? layout_.OffsetOf(static_cast<size_t>(fact.meaning.index)) : 0;
}

/// The array that holds the vector `index`; with `keep`, one is filled if there is none.
int32_t Lowering::ArrayOf(int32_t index, bool keep) {
  const int32_t under = Underlying(index);
  const Node& node = tree_.At(under);
  const Fact& fact = analysis_.At(under);
  if (node.kind == NodeKind::kName && fact.meaning.kind == SymbolKind::kVariable) {
    return kInputArray;
  }
  if (node.kind == NodeKind::kName && fact.meaning.kind == SymbolKind::kParameter) {
    return ParameterArray(fact.meaning.parameter);
  }
  int32_t& array = kept_[static_cast<size_t>(under)];
  if (array >= 0) return array;
  const bool local = under != index;
  const auto statement = static_cast<size_t>(analysis_.At(index).meaning.index);
  if (!keep && !(local && analysis_.local_users[statement] >= 2)) return -1;
  return Keep(under);
}

int32_t Lowering::ParameterArray(const Parameter* parameter) {
  const auto [place, added] = parameter_arrays_.try_emplace(parameter, -1);
  if (added) {
    const Array array{.kind = ArrayKind::kParameter,
                      .length = static_cast<int64_t>(parameter->values.size()),
                      .parameter = static_cast<int32_t>(used_parameters_++)};
    place->second = builder_.AddArray(array);
    builder_.program().parameters.push_back(parameter->values);
    for (const auto& [name, of] : source_.parameters) {
      if (&of == parameter) builder_.program().named_parameters[name] = array.parameter;
    }
  }
  return place->second;
}

/// Fills a temporary array with the vector `index`, in a loop of its own.
int32_t Lowering::Keep(int32_t index) {
  const int64_t length = analysis_.At(index).length;
  kept_doubles_ += 2 * length;  // the array, and its adjoint in the gradient
  if (kept_doubles_ * static_cast<int64_t>(sizeof(double)) > limits_.scratch_bytes) {
    TooMuchMemory(index);
    return kInputArray;
  }
  const int32_t region = Region(index);
  const int32_t array = builder_.AddArray({.length = length, .home = region});
  const int32_t loop = OpenOver(length, region, index);
  const int32_t value = ElementAt(index, loop);
  const int32_t address = builder_.AddressOf({array, 0, {{loop, 1}}});
  builder_.Effect(builder_.BodyOf(loop), Code::kStore, value, -1, address);
  builder_.CloseLoop(loop);
  kept_[static_cast<size_t>(index)] = array;
  return array;
}

void Lowering::TooMuchMemory(int32_t index) {
  if (complaints_.full()) return;
  complaints_.Add(Reason::kExpressionTooLarge, tree_.At(index).begin,
                  absl::StrFormat("temporary vectors take more than %d bytes, the limit",
                                  limits_.scratch_bytes));
}

int32_t Lowering::OpenOver(int64_t length, int32_t region, int32_t node) {
  builder_.SetOrigin(node, /*derivative=*/false);
  const int32_t count = builder_.Constant(static_cast<double>(length));
  return builder_.OpenLoop(region, count, length);
}

}  // namespace thalweg::expression
