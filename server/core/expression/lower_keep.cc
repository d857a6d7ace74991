// Arrays in memory: variables, parameters, and temporaries that are filled once.

#include "server/core/expression/lowering.h"

namespace thalweg::expression {

/// Where an array is, if it is in memory; those to be kept are filled when first needed.
std::optional<Lowering::Memory> Lowering::StoredIn(int32_t index) {
  const Meaning& meaning = At(index).meaning;
  if (tree_.At(index).kind == NodeKind::kName) {
    if (meaning.kind == SymbolKind::kVariable) {
      return Memory{kInputArray, layout_.OffsetOf(static_cast<size_t>(meaning.index))};
    }
    if (meaning.kind == SymbolKind::kParameter) {
      return Memory{ParameterArray(meaning.parameter), 0};
    }
  }
  if (!analysis_.kept[static_cast<size_t>(index)]) return std::nullopt;
  const int32_t known = arrays_[static_cast<size_t>(index)];
  return Memory{known >= 0 ? known : Keep(index), 0};
}

int32_t Lowering::ParameterArray(const Parameter* parameter) {
  const auto [place, added] = parameter_arrays_.try_emplace(parameter, -1);
  if (added) {
    Program& program = builder_.program();
    const Array array{.kind = ArrayKind::kParameter,
                      .length = static_cast<int64_t>(parameter->values.size()),
                      .parameter = static_cast<int32_t>(program.parameters.size())};
    place->second = builder_.AddArray(array);
    program.parameters.push_back(parameter->values);
    for (const auto& [name, of] : source_.parameters) {
      if (&of == parameter) program.named_parameters[name] = array.parameter;
    }
  }
  return place->second;
}

/// Fills a temporary array with `index`, in loops of its own.
int32_t Lowering::Keep(int32_t index) {
  const Node& node = tree_.At(index);
  const Fact& fact = At(index);
  if (node.kind == NodeKind::kList) {
    if (const int32_t constants = KeepList(index); constants >= 0) return constants;
  }
  const int64_t length = fact.shape.size();
  kept_doubles_ += 2 * length;  // the array, and its adjoint in the gradient
  if (kept_doubles_ * static_cast<int64_t>(sizeof(double)) > limits_.scratch_bytes) {
    TooMuchMemory(index);
    return arrays_[static_cast<size_t>(index)] = kInputArray;
  }
  const int32_t array = builder_.AddArray({.length = length, .home = Region(index)});
  const bool running = node.kind == NodeKind::kCall && fact.call == CallKind::kCumsum;
  if (node.kind == NodeKind::kList) {
    const auto children = tree_.Children(node);
    const int64_t width = fact.shape.rank() == 2 ? fact.shape[1] : 1;
    for (size_t i = 0; i < children.size(); ++i) {
      const int64_t row = static_cast<int64_t>(i) * width;
      const bool number = fact.shape.rank() == 1;
      const int32_t loop = number ? -1 : OpenOver(width, Region(index), index);
      const int32_t value = number ? Number(children[i]) : Element(children[i], {{Along(loop)}});
      builder_.SetOrigin(index, /*derivative=*/false);
      Address address{array, row, {}};
      if (!number) address.terms.emplace_back(loop, 1);
      builder_.Effect(number ? Region(index) : builder_.BodyOf(loop), Code::kStore, value, -1,
                      builder_.AddressOf(address));
      if (!number) builder_.CloseLoop(loop);
    }
  } else {
    const int32_t filled = running ? tree_.Children(node)[0] : -1;
    Fill(index, array, [&](const Place& place) {
      if (filled >= 0) return Element(filled, place);
      if (IsOwnWork(index)) return OwnWork(index, place);
      const std::vector<Part> parts = Parts(index, place);
      std::vector<int32_t> operands;
      for (const Part& part : parts) {
        operands.push_back(Element(part.node, places_[static_cast<size_t>(part.place)]));
      }
      builder_.SetOrigin(index, /*derivative=*/false);
      return CombineElements(index, operands);
    });
  }
  if (running) RunningSums(index, array);
  return arrays_[static_cast<size_t>(index)] = array;
}

/// Stores `element` at every place, rows outside and columns inside; what works on whole columns
/// goes the other way round.
void Lowering::Fill(int32_t index, int32_t array,
                    const std::function<int32_t(const Place&)>& element) {
  const Fact& fact = At(index);
  const Shape& shape = fact.shape;
  const auto store = [&](int32_t loop, const Place& place, Address address) {
    const int32_t value = element(place);
    builder_.SetOrigin(index, /*derivative=*/false);
    builder_.Effect(builder_.BodyOf(loop), Code::kStore, value, -1, builder_.AddressOf(address));
    builder_.CloseLoop(loop);
  };
  if (shape.rank() == 1 || analysis_.flat[static_cast<size_t>(index)]) {
    const int32_t loop = OpenOver(shape.size(), Region(index), index);
    return store(loop, {{Along(loop)}, shape.rank() == 2}, {array, 0, {{loop, 1}}});
  }
  const CallKind call = fact.call;
  const bool columns = (call == CallKind::kSoftmax || call == CallKind::kLogSoftmax) &&
                       tree_.At(index).kind == NodeKind::kCall && fact.axis == 0;
  const int32_t outer = OpenOver(shape[columns ? 1 : 0], Region(index), index);
  const int32_t inner = OpenOver(shape[columns ? 0 : 1], builder_.BodyOf(outer), index);
  const Coordinate row = Along(columns ? inner : outer);
  const Coordinate column = Along(columns ? outer : inner);
  const int64_t width = shape[1];
  store(inner, {{row, column}},
        {array, 0, {{outer, columns ? 1 : width}, {inner, columns ? width : 1}}});
  builder_.CloseLoop(outer);
}

/// A list of constants is data; -1 for other lists.
int32_t Lowering::KeepList(int32_t index) {
  if (At(index).shape.rank() != 1) return -1;
  std::vector<double> values;
  for (const int32_t child : tree_.Children(tree_.At(index))) {
    const int32_t value = Number(child);
    if (!builder_.IsConstant(value)) return -1;
    values.push_back(builder_.ConstantOf(value));
  }
  auto& parameters = builder_.program().parameters;
  const int32_t array = builder_.AddArray({.kind = ArrayKind::kParameter,
                                           .length = static_cast<int64_t>(values.size()),
                                           .parameter = static_cast<int32_t>(parameters.size())});
  parameters.push_back(std::move(values));
  return arrays_[static_cast<size_t>(index)] = array;
}

/// Turns the elements of `array` into running sums, along the axis.
void Lowering::RunningSums(int32_t index, int32_t array) {
  const Fact& fact = At(index);
  const Shape& shape = fact.shape;
  builder_.SetOrigin(index, /*derivative=*/false);
  const auto number = [&](int64_t value) { return builder_.Constant(static_cast<double>(value)); };
  if (shape.rank() == 1) {
    builder_.Effect(Region(index), Code::kPrefixSums, number(shape[0]), number(1),
                    builder_.AddressOf({array, 0, {}}));
    return;
  }
  const bool down = fact.axis == 0;
  const int32_t loop = OpenOver(shape[down ? 1 : 0], Region(index), index);
  builder_.Effect(builder_.BodyOf(loop), Code::kPrefixSums, number(shape[down ? 0 : 1]),
                  number(down ? shape[1] : 1),
                  builder_.AddressOf({array, 0, {{loop, down ? 1 : shape[1]}}}));
  builder_.CloseLoop(loop);
}

void Lowering::TooMuchMemory(int32_t index) {
  if (complaints_.full()) return;
  Complain(complaints_, source_.text, tree_, index, Reason::kExpressionTooLarge,
           absl::StrFormat("temporary arrays take more than %d bytes, the limit; this one has "
                           "shape %s",
                           limits_.scratch_bytes, At(index).shape.Text()));
}

int32_t Lowering::OpenOver(int64_t length, int32_t region, int32_t node) {
  builder_.SetOrigin(node, /*derivative=*/false);
  const int32_t count = builder_.Constant(static_cast<double>(length));
  return builder_.OpenLoop(region, count, length);
}

}  // namespace thalweg::expression
