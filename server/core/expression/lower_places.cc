// Places: which element of an operand an element of the result comes from.

#include <algorithm>

#include "server/core/expression/lowering.h"

namespace thalweg::expression {

Coordinate Lowering::Plus(const Coordinate& a, const Coordinate& b) {
  Coordinate sum = a;
  sum.base += b.base;
  for (const auto& [loop, coefficient] : b.terms) {
    const auto after =
        std::lower_bound(sum.terms.begin(), sum.terms.end(), loop,
                         [](const auto& term, int32_t of) { return term.first < of; });
    if (after != sum.terms.end() && after->first == loop) {
      after->second += coefficient;
    } else {
      sum.terms.insert(after, {loop, coefficient});
    }
  }
  if (a.value >= 0 && b.value >= 0) sum.value = builder_.Emit(Code::kAdd, a.value, b.value);
  if (a.value < 0) sum.value = b.value;
  return sum;
}

Coordinate Lowering::Times(const Coordinate& a, int64_t factor) {
  if (factor == 0) return {};
  Coordinate product = a;
  product.base *= factor;
  for (auto& [loop, coefficient] : product.terms) coefficient *= factor;
  if (a.value >= 0) {
    product.value =
        builder_.Emit(Code::kMultiply, builder_.Constant(static_cast<double>(factor)), a.value);
  }
  return product;
}

int32_t Lowering::ValueOf(const Coordinate& coordinate) {
  int32_t sum = coordinate.value;
  const auto add = [&](int32_t value) {
    sum = sum < 0 ? value : builder_.Emit(Code::kAdd, sum, value);
  };
  for (const auto& [loop, coefficient] : coordinate.terms) {
    add(builder_.Emit(Code::kMultiply, builder_.Constant(static_cast<double>(coefficient)),
                      builder_.Counter(loop)));
  }
  if (sum < 0 || coordinate.base != 0) {
    add(builder_.Constant(static_cast<double>(coordinate.base)));
  }
  return sum;
}

/// Which number, counted row after row, the element at `place` is.
Coordinate Lowering::Linear(const Place& place, const Shape& shape) {
  if (place.flat || shape.rank() == 1) return place.at[0];
  return Plus(Times(place.at[0], shape[1]), place.at[1]);
}

/// Where an operand of shape `to` has what belongs to a result of shape `from`: axes meet at the
/// last, and an axis of length 1 has only one place.
Place Lowering::Broadcasted(const Place& place, const Shape& from, const Shape& to) const {
  if (to.rank() == 0) return {};
  if (place.flat) return place;
  Place made;
  const int shift = from.rank() - to.rank();
  for (int axis = 0; axis < to.rank(); ++axis) {
    const bool one = to[axis] == 1 && from[axis + shift] != 1;
    made.at.push_back(one ? Coordinate{} : place.at[static_cast<size_t>(axis + shift)]);
  }
  return made;
}

Place Lowering::BehindIndex(int32_t index, const Place& place) {
  const Shape& shape = At(tree_.Children(tree_.At(index))[0]).shape;
  const Selection& selection = analysis_.selections[static_cast<size_t>(At(index).selection)];
  Place made;
  for (int axis = 0; axis < shape.rank(); ++axis) {
    made.at.push_back(BehindSubscript(selection[static_cast<size_t>(axis)], shape[axis], place));
  }
  return made;
}

Coordinate Lowering::BehindSubscript(const AxisSelection& selected, int64_t length,
                                     const Place& place) {
  const int32_t subscript = selected.subscript;
  if (selected.kind == AxisSelection::kSlice) {
    const Coordinate& at = place.at[static_cast<size_t>(selected.axis)];
    return Plus({selected.start, {}, -1}, Times(at, selected.step));
  }
  if (selected.kind == AxisSelection::kList) {
    const Coordinate& at = place.at[static_cast<size_t>(selected.axis)];
    const Fact& list = At(Underlying(tree_, analysis_, subscript));
    if (list.special != nullptr && list.call == CallKind::kArange) {
      const auto first = static_cast<int64_t>(list.first);
      return Plus({first, {}, -1}, Times(at, static_cast<int64_t>(list.step)));
    }
    return {0, {}, Element(subscript, {{at}})};
  }
  if (auto affine = AffineOf(subscript); affine && At(subscript).proven) {
    if (affine->terms.empty() && affine->base < 0) affine->base += length;
    return *affine;
  }
  // Kept inside by force: at turns where the element is not needed the index may be anything.
  const int32_t wanted = Number(subscript);
  builder_.SetOrigin(subscript, /*derivative=*/false);
  const int32_t top = builder_.Constant(static_cast<double>(length - 1));
  const int32_t low = builder_.Emit(Code::kMaximum, wanted, builder_.Constant(0));
  return {0, {}, builder_.Emit(Code::kMinimum, low, top)};
}

/// The innermost of the regions that `node` and `place` depend on.
int32_t Lowering::RegionOf(int32_t node, const Place& place) const {
  const Program& program = builder_.program();
  int32_t region = Region(node);
  const auto deeper = [&](int32_t other) {
    if (program.RegionAt(other).depth > program.RegionAt(region).depth) region = other;
  };
  for (const Coordinate& coordinate : place.at) {
    if (coordinate.value >= 0) deeper(program.At(coordinate.value).region);
    for (const auto& term : coordinate.terms) deeper(builder_.BodyOf(term.first));
  }
  return region;
}

int32_t Lowering::LoadAt(int32_t array, int64_t offset, const Shape& shape, const Place& place) {
  const Coordinate at = Linear(place, shape);
  if (at.value < 0) return builder_.Load({array, offset + at.base, at.terms});
  return builder_.Gather({array, offset + at.base, {}}, ValueOf({0, at.terms, at.value}));
}

}  // namespace thalweg::expression
