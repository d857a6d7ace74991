// Arrays, element by element: what an element at a place is made of.

#include "server/core/expression/lowering.h"

namespace thalweg::expression {

/// The element of `root` at `place`. Depth first with an explicit stack; only arrays whose
/// elements need loops of their own recurse, and the nesting of those is limited.
int32_t Lowering::Element(int32_t root, const Place& place) {
  const Part first{root, PlaceNumber(place)};
  std::vector<Part> waiting = {first};
  std::vector<int32_t> operands;
  while (!waiting.empty()) {
    const Part part = waiting.back();
    if (Slot(part) >= 0 || builder_.full()) {
      waiting.pop_back();
      continue;
    }
    if (!At(part.node).array()) {
      Slot(part) = Number(part.node);
      waiting.pop_back();
      continue;
    }
    const Place at = places_[static_cast<size_t>(part.place)];
    if (const auto memory = StoredIn(part.node)) {
      builder_.SetOrigin(part.node, /*derivative=*/false);
      Slot(part) = LoadAt(memory->array, memory->offset, At(part.node).shape, at);
      waiting.pop_back();
      continue;
    }
    if (IsOwnWork(part.node)) {
      Slot(part) = OwnWork(part.node, at);
      waiting.pop_back();
      continue;
    }
    const std::vector<Part> parts = Parts(part.node, at);
    const size_t before = waiting.size();
    for (const Part& of : parts) {
      if (Slot(of) < 0) waiting.push_back(of);
    }
    if (waiting.size() > before) continue;
    waiting.pop_back();
    operands.clear();
    for (const Part& of : parts) operands.push_back(Slot(of));
    builder_.SetOrigin(part.node, /*derivative=*/false);
    Slot(part) = CombineElements(part.node, operands);
  }
  const int32_t made = Slot(first);
  return made >= 0 ? made : builder_.Constant(0);  // only when the builder is full
}

int32_t& Lowering::Slot(const Part& part) {
  const uint64_t key = (static_cast<uint64_t>(static_cast<uint32_t>(part.place)) << 32U) |
                       static_cast<uint32_t>(part.node);
  return elements_.try_emplace(key, -1).first->second;
}

int32_t Lowering::PlaceNumber(const Place& place) {
  const auto [known, added] =
      place_numbers_.try_emplace(place, static_cast<int32_t>(places_.size()));
  if (added) places_.push_back(place);
  return known->second;
}

/// The elements that an element is made of.
std::vector<Lowering::Part> Lowering::Parts(int32_t index, const Place& place) {
  const Node& node = tree_.At(index);
  const Fact& fact = At(index);
  const auto one = [&](int32_t child, const Place& at) {
    return std::vector<Part>{{child, PlaceNumber(at)}};
  };
  const auto children = tree_.Children(node);
  if (node.kind == NodeKind::kName) return one(fact.meaning.index, place);
  if (node.kind == NodeKind::kInline) return one(children.back(), place);
  if (node.kind == NodeKind::kIndex) return one(children[0], BehindIndex(index, place));
  if (node.kind == NodeKind::kCall) {
    switch (fact.call) {
      case CallKind::kTranspose:
        if (fact.shape.rank() < 2) return one(children[0], place);
        return one(children[0], {{place.at[1], place.at[0]}});
      case CallKind::kReshape:
      case CallKind::kRavel: {
        const bool matrix = At(children[0]).shape.rank() == 2;
        return one(children[0], {{Linear(place, fact.shape)}, matrix});
      }
      case CallKind::kDiag:
        return one(children[0], {{place.at[0], place.at[0]}});
      case CallKind::kOuter:
        return {{children[0], PlaceNumber({{place.at[0]}})},
                {children[1], PlaceNumber({{place.at[1]}})}};
      default:
        break;
    }
  }
  std::vector<Part> parts;
  const auto operands =
      node.kind == NodeKind::kCall ? PositionalArguments(tree_, fact, node) : children;
  for (const int32_t operand : operands) {
    parts.push_back({operand, PlaceNumber(Broadcasted(place, fact.shape, At(operand).shape))});
  }
  return parts;
}

/// Whether an element is more than one operation on elements at places known from its own.
bool Lowering::IsOwnWork(int32_t index) const {
  const Node& node = tree_.At(index);
  if (node.kind == NodeKind::kMatMul) return true;
  if (node.kind != NodeKind::kCall) return false;
  switch (At(index).call) {
    case CallKind::kDiag:
      return At(index).shape.rank() == 2;
    case CallKind::kShape:
    case CallKind::kZeros:
    case CallKind::kOnes:
    case CallKind::kArange:
    case CallKind::kLinspace:
    case CallKind::kEye:
    case CallKind::kSoftmax:
    case CallKind::kLogSoftmax:
      return true;
    default:
      return IsReduction(At(index).call);
  }
}

int32_t Lowering::OwnWork(int32_t index, const Place& place) {
  const Node& node = tree_.At(index);
  const Fact& fact = At(index);
  builder_.SetOrigin(index, /*derivative=*/false);
  if (node.kind == NodeKind::kMatMul) return Product(index, place);
  const int32_t child = tree_.Children(node)[0];
  const auto number = [&](double value) { return builder_.Constant(value); };
  switch (fact.call) {
    case CallKind::kZeros:
      return number(0);
    case CallKind::kOnes:
      return number(1);
    case CallKind::kShape: {
      const Shape& shape = At(child).shape;
      const auto rows = static_cast<double>(shape[0]);
      const auto last = static_cast<double>(shape[shape.rank() - 1]);
      return builder_.Emit(Code::kSelect, ValueOf(place.at[0]), number(last), number(rows));
    }
    case CallKind::kArange:
    case CallKind::kLinspace: {
      const int32_t steps = builder_.Emit(Code::kMultiply, number(fact.step), ValueOf(place.at[0]));
      if (fact.first == 0) return steps;
      return builder_.Emit(Code::kAdd, number(fact.first), steps);
    }
    case CallKind::kEye:
    case CallKind::kDiag: {
      const int32_t on = builder_.Emit(Code::kEqual, ValueOf(place.at[0]), ValueOf(place.at[1]));
      if (fact.call == CallKind::kEye) return on;
      const int32_t element = Element(child, {{place.at[0]}});
      builder_.SetOrigin(index, /*derivative=*/false);
      return builder_.Emit(Code::kSelect, on, element, number(0));
    }
    case CallKind::kSoftmax:
    case CallKind::kLogSoftmax:
      return Softmax(index, place);
    default:
      return Reduction(index, place);
  }
}

int32_t Lowering::CombineElements(int32_t index, const std::vector<int32_t>& operands) {
  const Node& node = tree_.At(index);
  const Fact& fact = At(index);
  switch (node.kind) {
    case NodeKind::kName:
    case NodeKind::kInline:
    case NodeKind::kIndex:
      return operands[0];
    case NodeKind::kCall:
      if (fact.call == CallKind::kOuter) {
        return builder_.Emit(Code::kMultiply, operands[0], operands[1]);
      }
      if (fact.call > CallKind::kWhere) return operands[0];
      break;
    default:
      break;
  }
  return Combine(node, fact, operands);
}

}  // namespace thalweg::expression
