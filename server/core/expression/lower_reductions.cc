// Reductions of arrays and products of matrices: loops over places.

#include "server/core/expression/lowering.h"

namespace thalweg::expression {

/// The reduction `index`, or where it leaves an axis its element at `place`.
int32_t Lowering::Reduction(int32_t index, const Place& place) {
  const Fact& fact = At(index);
  const CallKind call = fact.call;
  if (call == CallKind::kDot) return Product(index, place);
  if (call == CallKind::kTrace) return Trace(index);
  if (call == CallKind::kLeastSquares) return LeastSquares(index);
  const int32_t child = tree_.Children(tree_.At(index))[0];
  const Shape& shape = At(child).shape;
  const int64_t count = fact.axis == kAllAxes ? shape.size() : shape[fact.axis];
  const auto element = [&](const Place& at) { return Element(child, at); };
  const auto square_of = [&](int32_t value) {
    builder_.SetOrigin(index, /*derivative=*/false);
    return builder_.Emit(Code::kMultiply, value, value);
  };
  const auto over = [&](int32_t sum, double divisor) {
    builder_.SetOrigin(index, /*derivative=*/false);
    return builder_.Emit(Code::kDivide, sum, builder_.Constant(divisor));
  };
  switch (call) {
    case CallKind::kMean:
      return over(FoldOver(index, child, place, Fold::kSum, element), static_cast<double>(count));
    case CallKind::kNorm:
      return SafeRoot(FoldOver(index, child, place, Fold::kSum,
                               [&](const Place& at) { return square_of(element(at)); }));
    case CallKind::kVar:
    case CallKind::kStd: {
      const int32_t sum = FoldOver(index, child, place, Fold::kSum, element);
      const int32_t mean = over(sum, static_cast<double>(count));
      const int32_t squares = FoldOver(index, child, place, Fold::kSum, [&](const Place& at) {
        const int32_t value = element(at);
        builder_.SetOrigin(index, /*derivative=*/false);
        return square_of(builder_.Emit(Code::kSubtract, value, mean));
      });
      const int32_t variance = over(squares, static_cast<double>(count) - fact.step);
      return call == CallKind::kVar ? variance : SafeRoot(variance);
    }
    case CallKind::kLogSumExp: {
      const Exponentials parts = ExponentialsOf(index, place);
      builder_.SetOrigin(index, /*derivative=*/false);
      return builder_.Emit(Code::kAdd, builder_.Call("log", parts.sum), parts.largest);
    }
    default:
      return FoldOver(index, child, place, FoldOf(call), element);
  }
}

/// At 0 the root of a stand-in is taken and dropped again: value 0, gradient 0 instead of 0/0.
int32_t Lowering::SafeRoot(int32_t squares) {
  const int32_t zero = builder_.Constant(0);
  const int32_t at_zero = builder_.Emit(Code::kEqual, squares, zero);
  const int32_t safe = builder_.Emit(Code::kSelect, at_zero, builder_.Constant(1), squares);
  const int32_t root = builder_.Emit(Code::kSqrt, safe);
  return builder_.Emit(Code::kSelect, at_zero, zero, root);
}

/// Folds `element` over the places of the argument `child` that belong to `place` of the result:
/// all of them, or those along the axis.
int32_t Lowering::FoldOver(int32_t index, int32_t child, const Place& place, Fold fold,
                           const ElementOf& element) {
  const Fact& fact = At(index);
  const Shape& shape = At(child).shape;
  const bool all = fact.axis == kAllAxes || shape.rank() == 1;
  const int32_t region = all ? Region(index) : RegionOf(index, place);
  const auto close = [&](int32_t loop, int32_t value) {
    builder_.SetOrigin(index, /*derivative=*/false);
    const int32_t result = builder_.Accumulate(loop, fold, value);
    builder_.CloseLoop(loop);
    return result;
  };
  const auto flat_index = static_cast<size_t>(child);
  const bool flat = shape.rank() == 2 && (analysis_.flat[flat_index] || analysis_.kept[flat_index]);
  if (all && (shape.rank() == 1 || flat)) {
    const int32_t loop = OpenOver(shape.size(), region, index);
    return close(loop, element({{Along(loop)}, flat}));
  }
  if (all) {
    const int32_t rows = OpenOver(shape[0], region, index);
    const int32_t columns = OpenOver(shape[1], builder_.BodyOf(rows), index);
    const int32_t inner = close(columns, element({{Along(rows), Along(columns)}}));
    return close(rows, inner);
  }
  const bool down = fact.axis == 0;
  const int32_t loop = OpenOver(shape[fact.axis], region, index);
  const Coordinate& other = place.at[fact.keeps_axis && down ? 1 : 0];
  Place at{{Along(loop), other}};
  if (!down) std::swap(at.at[0], at.at[1]);
  return close(loop, element(at));
}

/// a @ b at `place`: the sum over the axis where they meet.
int32_t Lowering::Product(int32_t index, const Place& place) {
  const auto operands = tree_.Children(tree_.At(index));
  const Shape& left = At(operands[0]).shape;
  const Shape& right = At(operands[1]).shape;
  const int32_t loop = OpenOver(right[0], RegionOf(index, place), index);
  Place of_left{{Along(loop)}};
  if (left.rank() == 2) of_left.at.insert(of_left.at.begin(), place.at.front());
  Place of_right{{Along(loop)}};
  if (right.rank() == 2) of_right.at.push_back(place.at.back());
  const int32_t a = Element(operands[0], of_left);
  const int32_t b = Element(operands[1], of_right);
  builder_.SetOrigin(index, /*derivative=*/false);
  const int32_t product = builder_.Emit(Code::kMultiply, a, b);
  const int32_t sum = builder_.Accumulate(loop, Fold::kSum, product);
  builder_.CloseLoop(loop);
  return sum;
}

/// The sum of the squares of all elements of all arguments, one argument after the other.
int32_t Lowering::LeastSquares(int32_t index) {
  const auto square_of = [&](int32_t value) {
    builder_.SetOrigin(index, /*derivative=*/false);
    return builder_.Emit(Code::kMultiply, value, value);
  };
  int32_t sum = -1;
  for (const int32_t child : tree_.Children(tree_.At(index))) {
    const int32_t squares =
        At(child).array() ? FoldOver(index, child, {}, Fold::kSum,
                                     [&](const Place& at) { return square_of(Element(child, at)); })
                          : square_of(Number(child));
    builder_.SetOrigin(index, /*derivative=*/false);
    sum = sum < 0 ? squares : builder_.Emit(Code::kAdd, sum, squares);
  }
  return sum;
}

int32_t Lowering::Trace(int32_t index) {
  const int32_t child = tree_.Children(tree_.At(index))[0];
  const Shape& shape = At(child).shape;
  const int32_t loop = OpenOver(std::min(shape[0], shape[1]), Region(index), index);
  const int32_t value = Element(child, {{Along(loop), Along(loop)}});
  builder_.SetOrigin(index, /*derivative=*/false);
  const int32_t sum = builder_.Accumulate(loop, Fold::kSum, value);
  builder_.CloseLoop(loop);
  return sum;
}

/// Subtracting the largest element changes nothing but the range, so it counts as a constant: what
/// its derivative would add cancels. Where it is infinite nothing is subtracted.
Lowering::Exponentials Lowering::ExponentialsOf(int32_t index, const Place& place) {
  const auto [known, added] =
      exponentials_.try_emplace({index, PlaceNumber(place)}, Exponentials{});
  if (!added) return known->second;
  const int32_t child = tree_.Children(tree_.At(index))[0];
  const auto element = [&](const Place& at) { return Element(child, at); };
  const int32_t largest = FoldOver(index, child, place, Fold::kMaximum, element);
  const int32_t infinite = builder_.Emit(Code::kEqual, builder_.Emit(Code::kAbs, largest),
                                         builder_.Constant(__builtin_inf()));
  const int32_t zero = builder_.Constant(0);
  Exponentials made;
  made.largest =
      builder_.Emit(Code::kDetach, builder_.Emit(Code::kSelect, infinite, zero, largest));
  made.sum = FoldOver(index, child, place, Fold::kSum, [&](const Place& at) {
    const int32_t value = element(at);
    builder_.SetOrigin(index, /*derivative=*/false);
    return builder_.Call("exp", builder_.Emit(Code::kSubtract, value, made.largest));
  });
  exponentials_[{index, PlaceNumber(place)}] = made;
  return made;
}

/// softmax or log_softmax at `place`.
int32_t Lowering::Softmax(int32_t index, const Place& place) {
  const Fact& fact = At(index);
  const int32_t child = tree_.Children(tree_.At(index))[0];
  const bool all = fact.axis == kAllAxes || fact.shape.rank() == 1;
  const Place group = all ? Place{} : Place{{place.at[fact.axis == 0 ? 1 : 0]}};
  const Exponentials parts = ExponentialsOf(index, group);
  const int32_t value = Element(child, place);
  builder_.SetOrigin(index, /*derivative=*/false);
  const int32_t shifted = builder_.Emit(Code::kSubtract, value, parts.largest);
  if (fact.call == CallKind::kLogSoftmax) {
    return builder_.Emit(Code::kSubtract, shifted, builder_.Call("log", parts.sum));
  }
  return builder_.Emit(Code::kDivide, builder_.Call("exp", shifted), parts.sum);
}

}  // namespace thalweg::expression
