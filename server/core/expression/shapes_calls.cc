// Shapes of calls, their axes, and the constants that decide them.

#include <cmath>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "server/core/expression/shape_inference.h"

namespace thalweg::expression {
namespace {

constexpr double kMostLength = 9007199254740992.0;  // 2^53

}  // namespace

void ShapeInference::InferCall(int32_t index, const Node& node, Fact& fact) {
  const auto arguments = PositionalArguments(tree_, fact, node);
  const std::string name = source_.text.substr(node.name_begin, node.name_end - node.name_begin);
  const Shape first = analysis_.At(arguments[0]).shape;
  const std::string argument = absl::StrCat("the argument of ", Quoted(name));
  switch (fact.call) {
    case CallKind::kElementwise:
    case CallKind::kMinMaxOfNumbers:
    case CallKind::kComposition:
    case CallKind::kWhere:
      fact.shape = Common(index, arguments);
      return;
    case CallKind::kLength:
      MustBeArray(index, arguments[0], argument);
      return;
    case CallKind::kSize:
    case CallKind::kRank:
      return;
    case CallKind::kShape:
      if (MustBeArray(index, arguments[0], argument)) fact.shape = Shape::Vector(first.rank());
      return;
    case CallKind::kZeros:
    case CallKind::kOnes:
      return InferFilled(index, arguments[0], fact);
    case CallKind::kEye: {
      const auto length = Length(index, arguments[0], /*open=*/false);
      if (!length || !NotTooLarge(index, std::pow(static_cast<double>(*length), 2))) return;
      fact.shape = Shape::Matrix(*length, *length);
      return;
    }
    case CallKind::kArange:
      return InferArange(index, node, fact);
    case CallKind::kLinspace:
      return InferLinspace(index, node, fact);
    case CallKind::kTranspose:
      if (MustBeArray(index, arguments[0], argument)) fact.shape = first.Transposed();
      return;
    case CallKind::kReshape:
      return InferReshape(index, node, fact);
    case CallKind::kRavel:
      if (MustBeArray(index, arguments[0], argument)) fact.shape = Shape::Vector(first.size());
      return;
    case CallKind::kDiag:
      if (!MustBeArray(index, arguments[0], argument)) return;
      if (first.rank() == 2) {
        fact.shape = Shape::Vector(std::min(first[0], first[1]));
      } else if (NotTooLarge(index, std::pow(static_cast<double>(first[0]), 2))) {
        fact.shape = Shape::Matrix(first[0], first[0]);
      }
      return;
    case CallKind::kOuter: {
      for (const int32_t of : arguments) {
        if (!MustBeVector(index, of, argument)) return;
      }
      const Shape& second = analysis_.At(arguments[1]).shape;
      if (!NotTooLarge(index, static_cast<double>(first[0]) * static_cast<double>(second[0]))) {
        return;
      }
      fact.shape = Shape::Matrix(first[0], second[0]);
      return;
    }
    case CallKind::kCumsum:
      if (!MustBeArray(index, arguments[0], argument) || !ReadAxis(index, first, fact)) return;
      if (first.rank() == 2 && fact.axis == kAllAxes) {
        return Fault(index, Reason::kWrongShape,
                     absl::StrFormat("%s of a matrix needs an axis, 0 or 1", Quoted(name)));
      }
      fact.shape = first;
      return Deepen(index, fact);
    case CallKind::kSoftmax:
    case CallKind::kLogSoftmax:
      if (!MustBeArray(index, arguments[0], argument) || !ReadAxis(index, first, fact)) return;
      fact.shape = first;
      return Deepen(index, fact);
    case CallKind::kDot:
      return InferProduct(index, arguments[0], arguments[1], fact);
    case CallKind::kTrace:
      if (!MustBeMatrix(index, arguments[0], argument)) return;
      return Deepen(index, fact);
    case CallKind::kLeastSquares:
      return Deepen(index, fact);
    default:
      if (!MustBeArray(index, arguments[0], argument)) return;
      return InferReduction(index, arguments[0], fact);
  }
}

/// axis: 0, 1, -1 or -2, as far as the array has it.
bool ShapeInference::ReadAxis(int32_t index, const Shape& shape, Fact& fact) {
  if (fact.axis_node < 0) return true;
  const Node& node = tree_.At(fact.axis_node);
  const bool negative = node.kind == NodeKind::kNegate;
  const Node& number = negative ? tree_.At(tree_.Children(node)[0]) : node;
  const double value = negative ? -number.number : number.number;
  if (number.kind != NodeKind::kNumber || std::floor(value) != value || value < -shape.rank() ||
      value >= shape.rank()) {
    Fault(index, Reason::kWrongShape,
          absl::StrFormat("the axis %s is not one of an array of shape %s: write %s",
                          Describe(fact.axis_node), shape.Text(),
                          shape.rank() == 2 ? "0, 1, -1 or -2" : "0 or -1"));
    return false;
  }
  fact.axis = static_cast<int8_t>(value < 0 ? value + shape.rank() : value);
  return true;
}

void ShapeInference::InferReduction(int32_t index, int32_t argument, Fact& fact) {
  const Shape shape = analysis_.At(argument).shape;
  if (!ReadAxis(index, shape, fact)) return;
  const bool extreme = fact.call == CallKind::kMinimum || fact.call == CallKind::kMaximum;
  const int64_t count = fact.axis == kAllAxes ? shape.size() : shape[fact.axis];
  if (count == 0 && extreme) {
    return Fault(index, Reason::kWrongShape,
                 absl::StrFormat("%s has shape %s: nothing to take the smallest or largest of",
                                 Describe(argument), shape.Text()));
  }
  if (fact.keeps_axis) {
    fact.shape = shape;
    for (int axis = 0; axis < shape.rank(); ++axis) {
      if (fact.axis == kAllAxes || fact.axis == axis) fact.shape = fact.shape.WithOne(axis);
    }
  } else if (fact.axis != kAllAxes) {
    fact.shape = shape.Without(fact.axis);
  }
  Deepen(index, fact);
}

// --- constants -----------------------------------------------------------------------------------

/// A length, which must be known now; with `open` it may be -1.
std::optional<int64_t> ShapeInference::Length(int32_t index, int32_t node, bool open) {
  const auto range = integers_.RangeOf(node);
  const bool known = range && range->constant() && analysis_.At(node).loops == 0;
  if (!known || range->low < (open ? -1 : 0) || range->low > kMostLength) {
    analysis_.At(index).faulty = true;
    Fault(node, Reason::kWrongShape,
          absl::StrFormat("a length must be a constant integer of 0 or more, made of numbers, "
                          "integer parameters, len(), .shape and + - * // %%; %s is not",
                          Describe(node)));
    return std::nullopt;
  }
  return static_cast<int64_t>(range->low);
}

/// One or two lengths: zeros(n), zeros((m, n)).
std::optional<Shape> ShapeInference::LengthsOf(int32_t index, std::span<const int32_t> nodes,
                                               bool open) {
  if (nodes.size() == 1 && tree_.At(nodes[0]).kind == NodeKind::kList) {
    nodes = tree_.Children(tree_.At(nodes[0]));
  }
  if (nodes.size() > 2) {
    Fault(index, Reason::kWrongShape, "arrays have one or two axes");
    return std::nullopt;
  }
  const auto first = Length(index, nodes[0], open);
  if (!first) return std::nullopt;
  if (nodes.size() == 1) return Shape::Vector(*first);
  const auto second = Length(index, nodes[1], open);
  if (!second) return std::nullopt;
  if (!NotTooLarge(index, static_cast<double>(*first) * static_cast<double>(*second))) {
    return std::nullopt;
  }
  return Shape::Matrix(*first, *second);
}

void ShapeInference::InferFilled(int32_t index, int32_t lengths, Fact& fact) {
  if (const auto shape = LengthsOf(index, {&lengths, 1}, /*open=*/false)) fact.shape = *shape;
}

/// A number that is known now: literals, named numbers, scalar parameters, + - * / of those.
std::optional<double> ShapeInference::Constant(int32_t index, int32_t node, int depth) {
  constexpr int kMaxDepth = 48;  // this code recurses
  const Node& of = tree_.At(node);
  const Fact& fact = analysis_.At(node);
  if (const auto range = integers_.RangeOf(node);
      range && range->constant() && fact.loops == 0 && depth < kMaxDepth) {
    return range->low;
  }
  const auto child = [&](size_t i) { return Constant(index, tree_.Children(of)[i], depth + 1); };
  if (depth >= kMaxDepth || fact.array()) return std::nullopt;
  if (of.kind == NodeKind::kNumber) return of.number;
  if (of.kind == NodeKind::kName) {
    if (fact.meaning.kind == SymbolKind::kNumber) return fact.meaning.number;
    if (fact.meaning.kind == SymbolKind::kParameter) return fact.meaning.parameter->values[0];
    if (fact.meaning.kind == SymbolKind::kLocal)
      return Constant(index, fact.meaning.index, depth + 1);
    return std::nullopt;
  }
  if (of.kind == NodeKind::kNegate) {
    const auto value = child(0);
    return value ? std::optional(-*value) : std::nullopt;
  }
  if (of.kind != NodeKind::kAdd && of.kind != NodeKind::kMultiply) return std::nullopt;
  std::optional<double> value = child(0);
  for (size_t i = 1; i < tree_.Children(of).size() && value; ++i) {
    const auto other = child(i);
    if (!other) return std::nullopt;
    switch (tree_.Operators(of)[i]) {
      case Symbol::kPlus:
        value = *value + *other;
        break;
      case Symbol::kMinus:
        value = *value - *other;
        break;
      case Symbol::kTimes:
        value = *value * *other;
        break;
      case Symbol::kDivide:
        value = *value / *other;
        break;
      default:
        return std::nullopt;
    }
  }
  return value;
}

/// As NumPy counts: ceil((stop - start)/step) elements, start + step*i.
void ShapeInference::InferArange(int32_t index, const Node& node, Fact& fact) {
  const auto arguments = PositionalArguments(tree_, fact, node);
  double parts[3] = {0, 0, 1};
  for (size_t i = 0; i < arguments.size(); ++i) {
    const auto value = Constant(index, arguments[i]);
    if (!value || !std::isfinite(*value)) {
      return Fault(index, Reason::kInvalidValue,
                   absl::StrFormat("arange needs constants; %s is none", Describe(arguments[i])));
    }
    parts[arguments.size() == 1 ? 1 : i] = *value;
  }
  const auto [start, stop, step] = parts;
  if (step == 0) return Fault(index, Reason::kInvalidValue, "the step of arange must not be 0");
  const double count = std::max(0.0, std::ceil((stop - start) / step));
  if (!NotTooLarge(index, count)) return;
  fact.first = count > 0 ? start : 0;
  fact.step = count > 1 ? step : 0;
  fact.shape = Shape::Vector(static_cast<int64_t>(count));
}

void ShapeInference::InferLinspace(int32_t index, const Node& node, Fact& fact) {
  const auto arguments = PositionalArguments(tree_, fact, node);
  const auto start = Constant(index, arguments[0]);
  const auto stop = Constant(index, arguments[1]);
  if (!start || !stop || !std::isfinite(*start) || !std::isfinite(*stop)) {
    return Fault(index, Reason::kInvalidValue,
                 absl::StrFormat("linspace needs constants; %s is none",
                                 Describe(arguments[start ? 1 : 0])));
  }
  const auto count = Length(index, arguments[2], /*open=*/false);
  if (!count || !NotTooLarge(index, static_cast<double>(*count))) return;
  fact.first = *start;
  fact.step = *count > 1 ? (*stop - *start) / static_cast<double>(*count - 1) : 0;
  fact.shape = Shape::Vector(*count);
}

void ShapeInference::InferReshape(int32_t index, const Node& node, Fact& fact) {
  const auto arguments = PositionalArguments(tree_, fact, node);
  const Shape from = analysis_.At(arguments[0]).shape;
  if (!MustBeArray(index, arguments[0], "the first argument of 'reshape'")) return;
  auto shape = LengthsOf(index, arguments.subspan(1), /*open=*/true);
  if (!shape) return;
  const int rank = shape->rank();
  const bool open_first = (*shape)[0] < 0;
  const bool open_last = rank == 2 && (*shape)[1] < 0;
  const int64_t other = rank == 1 ? 1 : (*shape)[open_first ? 1 : 0];
  if (open_first != open_last && other > 0 && from.size() % other == 0) {
    const int64_t rest = from.size() / other;
    shape = rank == 1 ? Shape::Vector(rest)
                      : (open_first ? Shape::Matrix(rest, other) : Shape::Matrix(other, rest));
  }
  if ((*shape)[0] < 0 || (rank == 2 && (*shape)[1] < 0) || shape->size() != from.size()) {
    return Fault(index, Reason::kWrongShape,
                 absl::StrFormat("%s has shape %s and %d elements, which do not fill %s",
                                 Describe(arguments[0]), from.Text(), from.size(), shape->Text()));
  }
  fact.shape = *shape;
}

}  // namespace thalweg::expression
