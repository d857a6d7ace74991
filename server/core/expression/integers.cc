#include "server/core/expression/integers.h"

#include <algorithm>
#include <cmath>

#include "server/core/expression/kernels.h"

namespace thalweg::expression {
namespace {

constexpr double kExact = 9007199254740992.0;  // 2^53
constexpr int kMaxDepth = 48;                  // of an index expression: this code recurses

std::optional<Integers::Range> Whole(double low, double high) {
  const bool whole = std::floor(low) == low && std::floor(high) == high;
  if (!whole || !(std::fabs(low) <= 1e300 && std::fabs(high) <= 1e300)) return std::nullopt;
  return Integers::Range{low, high};
}

}  // namespace

std::optional<Integers::Range> Integers::RangeOf(int32_t index, int depth) {
  if (depth > kMaxDepth || --steps_ <= 0) return std::nullopt;
  const Node& node = tree_.At(index);
  const Fact& fact = analysis_.At(index);
  if (fact.array() || fact.faulty) return std::nullopt;
  switch (node.kind) {
    case NodeKind::kNumber:
      return Whole(node.number, node.number);
    case NodeKind::kName:
      return RangeOfName(fact, depth);
    case NodeKind::kNegate: {
      const auto of = RangeOf(tree_.Children(node)[0], depth + 1);
      return of ? Whole(-of->high, -of->low) : std::nullopt;
    }
    case NodeKind::kAdd: {
      Range sum;
      for (size_t i = 0; i < tree_.Children(node).size(); ++i) {
        const auto term = RangeOf(tree_.Children(node)[i], depth + 1);
        if (!term) return std::nullopt;
        const bool minus = tree_.Operators(node)[i] == Symbol::kMinus;
        sum.low += minus ? -term->high : term->low;
        sum.high += minus ? -term->low : term->high;
      }
      return Whole(sum.low, sum.high);
    }
    case NodeKind::kMultiply:
      return RangeOfProduct(node, depth);
    case NodeKind::kCall:
      return RangeOfCall(node, fact);
    case NodeKind::kInline:
      return RangeOf(tree_.Children(node).back(), depth + 1);
    case NodeKind::kIndex: {
      const Fact& base = analysis_.At(tree_.Children(node)[0]);
      if (base.special != nullptr && base.call == CallKind::kShape)
        return RangeOfShape(node, depth);
      if (base.meaning.kind != SymbolKind::kParameter || base.meaning.parameter == nullptr) {
        return std::nullopt;
      }
      const auto& values = base.meaning.parameter->values;
      const bool whole = std::all_of(values.begin(), values.end(),
                                     [](double value) { return std::floor(value) == value; });
      steps_ -= static_cast<int64_t>(values.size());
      if (!whole) return std::nullopt;
      const auto [low, high] = std::minmax_element(values.begin(), values.end());
      return Whole(*low, *high);
    }
    default:
      return std::nullopt;
  }
}

std::optional<Integers::Range> Integers::RangeOfCall(const Node& node, const Fact& fact) const {
  const Shape& shape = analysis_.At(tree_.Children(node)[0]).shape;
  double value = 0;
  if (fact.call == CallKind::kLength) {
    value = static_cast<double>(shape[0]);
  } else if (fact.call == CallKind::kSize) {
    value = static_cast<double>(shape.size());
  } else if (fact.call == CallKind::kRank) {
    value = shape.rank();
  } else {
    return std::nullopt;
  }
  return Whole(value, value);
}

/// A.shape[0]
std::optional<Integers::Range> Integers::RangeOfShape(const Node& node, int depth) {
  const auto children = tree_.Children(node);
  if (children.size() != 2) return std::nullopt;
  const auto axis = RangeOf(children[1], depth + 1);
  const Shape& shape = analysis_.At(tree_.Children(tree_.At(children[0]))[0]).shape;
  if (!axis || !axis->constant()) return std::nullopt;
  const double place = axis->low < 0 ? axis->low + shape.rank() : axis->low;
  if (place < 0 || place >= shape.rank()) return std::nullopt;
  const auto length = static_cast<double>(shape[static_cast<int>(place)]);
  return Whole(length, length);
}

std::optional<Integers::Range> Integers::RangeOfName(const Fact& fact, int depth) {
  switch (fact.meaning.kind) {
    case SymbolKind::kNumber:
      return Whole(fact.meaning.number, fact.meaning.number);
    case SymbolKind::kParameter: {
      const double value = fact.meaning.parameter->values.front();
      return Whole(value, value);
    }
    case SymbolKind::kLoopVariable: {
      const LoopFact& loop = analysis_.loops[static_cast<size_t>(fact.meaning.index)];
      return Range{loop.low, loop.high};
    }
    case SymbolKind::kLocal:
      return RangeOf(fact.meaning.index, depth + 1);
    default:
      return std::nullopt;
  }
}

std::optional<Integers::Range> Integers::RangeOfProduct(const Node& node, int depth) {
  Range product{1, 1};
  for (size_t i = 0; i < tree_.Children(node).size(); ++i) {
    const auto factor = RangeOf(tree_.Children(node)[i], depth + 1);
    if (!factor) return std::nullopt;
    const Symbol symbol = tree_.Operators(node)[i];
    const double m = factor->low;
    if (symbol == Symbol::kNone || symbol == Symbol::kTimes) {
      const auto [low, high] = std::minmax({product.low * m, product.low * factor->high,
                                            product.high * m, product.high * factor->high});
      product = {low, high};
    } else if (!factor->constant() || m <= 0 || symbol == Symbol::kDivide) {
      return std::nullopt;
    } else if (symbol == Symbol::kFloorDivide) {
      product = {std::floor(product.low / m), std::floor(product.high / m)};
    } else if (product.low < 0 || product.high >= m) {
      product = {0, m - 1};
    }
    if (!Whole(product.low, product.high)) return std::nullopt;
  }
  return product;
}

std::optional<double> Integers::ValueAt(int32_t index, const std::vector<double>& turn, int depth) {
  if (depth > kMaxDepth || --steps_ <= 0) return std::nullopt;
  const Node& node = tree_.At(index);
  const Fact& fact = analysis_.At(index);
  const auto children = tree_.Children(node);
  const auto child = [&](size_t i) { return ValueAt(children[i], turn, depth + 1); };
  switch (node.kind) {
    case NodeKind::kName:
      if (fact.meaning.kind == SymbolKind::kLoopVariable) {
        return turn[static_cast<size_t>(fact.meaning.index)];
      }
      if (fact.meaning.kind == SymbolKind::kLocal) {
        return ValueAt(fact.meaning.index, turn, depth + 1);
      }
      break;
    case NodeKind::kInline:
      return ValueAt(children.back(), turn, depth + 1);
    case NodeKind::kNegate:
    case NodeKind::kNot: {
      const auto of = child(0);
      if (!of) return std::nullopt;
      return node.kind == NodeKind::kNegate ? -*of : static_cast<double>(*of == 0);
    }
    case NodeKind::kAdd:
    case NodeKind::kMultiply:
      return ValueOfChain(node, turn, depth);
    case NodeKind::kCompare:
      return ValueOfCompare(node, turn, depth);
    case NodeKind::kAnd:
    case NodeKind::kOr: {
      bool unknown = false;
      const bool stops_at = node.kind == NodeKind::kOr;
      for (size_t i = 0; i < children.size(); ++i) {
        const auto of = child(i);
        unknown |= !of;
        if (of && (*of != 0) == stops_at) return stops_at ? 1.0 : 0.0;
      }
      if (unknown) return std::nullopt;
      return stops_at ? 0.0 : 1.0;
    }
    case NodeKind::kIndex: {
      const Fact& base = analysis_.At(children[0]);
      if (base.meaning.kind != SymbolKind::kParameter || base.meaning.parameter == nullptr ||
          fact.shape.rank() != 0 || static_cast<int>(children.size()) != base.shape.rank() + 1) {
        break;
      }
      int64_t offset = 0;
      for (int axis = 0; axis < base.shape.rank(); ++axis) {
        const auto place = child(static_cast<size_t>(axis) + 1);
        const int64_t length = base.shape[axis];
        if (!place || *place < 0 || *place >= static_cast<double>(length)) return std::nullopt;
        offset = offset * length + static_cast<int64_t>(*place);
      }
      return base.meaning.parameter->values[static_cast<size_t>(offset)];
    }
    default:
      break;
  }
  // Whatever is left does not depend on the turn: a constant, or not an integer at all.
  const auto range = RangeOf(index, depth + 1);
  if (!range || !range->constant()) return std::nullopt;
  return range->low;
}

std::optional<double> Integers::ValueOfChain(const Node& node, const std::vector<double>& turn,
                                             int depth) {
  double value = node.kind == NodeKind::kAdd ? 0 : 1;
  for (size_t i = 0; i < tree_.Children(node).size(); ++i) {
    const auto operand = ValueAt(tree_.Children(node)[i], turn, depth + 1);
    if (!operand) return std::nullopt;
    const Symbol symbol = tree_.Operators(node)[i];
    const bool first = symbol == Symbol::kNone;
    if (node.kind == NodeKind::kAdd) {
      value += symbol == Symbol::kMinus ? -*operand : *operand;
    } else if (first || symbol == Symbol::kTimes) {
      value *= *operand;
    } else if (symbol == Symbol::kDivide || *operand == 0) {
      return std::nullopt;
    } else {
      value = symbol == Symbol::kModulo ? Modulo(value, *operand) : FloorDivide(value, *operand);
    }
  }
  if (!(std::fabs(value) <= kExact)) return std::nullopt;
  return value;
}

std::optional<double> Integers::ValueOfCompare(const Node& node, const std::vector<double>& turn,
                                               int depth) {
  const auto children = tree_.Children(node);
  auto left = ValueAt(children[0], turn, depth + 1);
  for (size_t i = 1; i < children.size(); ++i) {
    const auto right = ValueAt(children[i], turn, depth + 1);
    if (!left || !right) return std::nullopt;
    bool holds = false;
    switch (tree_.Operators(node)[i]) {
      case Symbol::kLess:
        holds = *left < *right;
        break;
      case Symbol::kLessEqual:
        holds = *left <= *right;
        break;
      case Symbol::kGreater:
        holds = *left > *right;
        break;
      case Symbol::kGreaterEqual:
        holds = *left >= *right;
        break;
      case Symbol::kEqual:
        holds = *left == *right;
        break;
      default:
        holds = *left != *right;
        break;
    }
    if (!holds) return 0.0;
    left = right;
  }
  return 1.0;
}

}  // namespace thalweg::expression
