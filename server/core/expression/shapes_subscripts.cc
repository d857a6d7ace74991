// Shapes of a[i, j], slices and lists of places.

#include <algorithm>
#include <cmath>

#include "absl/strings/str_format.h"
#include "server/core/expression/shape_inference.h"

namespace thalweg::expression {

/// Subscripts meet the axes from the left, None makes an axis of its own, and what is left over is
/// taken whole. Two lists of places are taken in pairs, as NumPy does.
void ShapeInference::InferIndex(int32_t index, const Node& node, Fact& fact) {
  const auto children = tree_.Children(node);
  const Shape shape = analysis_.At(children[0]).shape;
  if (!MustBeArray(index, children[0], "what is indexed")) return;
  Selection selection;
  std::vector<int64_t> lengths;  // of the result
  int axis = 0;
  int list_axis = -1;  // of the result, that of lists
  for (size_t i = 1; i < children.size(); ++i) {
    const int32_t subscript = children[i];
    if (tree_.At(subscript).kind == NodeKind::kNewAxis) {
      lengths.push_back(1);
      continue;
    }
    if (axis >= shape.rank()) {
      return Fault(subscript, Reason::kWrongShape,
                   absl::StrFormat("%s has shape %s: at most %d subscript%s", Describe(children[0]),
                                   shape.Text(), shape.rank(), shape.rank() == 1 ? "" : "s"));
    }
    AxisSelection& selected = selection[static_cast<size_t>(axis)];
    selected.subscript = subscript;
    const int64_t length = shape[axis++];
    int64_t count = length;
    if (tree_.At(subscript).kind == NodeKind::kSlice) {
      if (!Slice(index, subscript, length, selected, count)) return;
      selected.axis = static_cast<int>(lengths.size());
      lengths.push_back(count);
    } else if (analysis_.At(subscript).array()) {
      if (!MustBeVector(index, subscript, "a list of places")) return;
      selected.kind = AxisSelection::kList;
      count = analysis_.At(subscript).shape[0];
      if (list_axis >= 0 && lengths[static_cast<size_t>(list_axis)] != count) {
        return Fault(index, Reason::kWrongShape,
                     absl::StrFormat("two lists of places are taken in pairs; one has %d, the "
                                     "other %d",
                                     lengths[static_cast<size_t>(list_axis)], count));
      }
      if (list_axis < 0) {
        list_axis = static_cast<int>(lengths.size());
        lengths.push_back(count);
      }
      selected.axis = list_axis;
    } else {
      selected.kind = AxisSelection::kOne;
    }
  }
  for (; axis < shape.rank(); ++axis) {
    selection[static_cast<size_t>(axis)].axis = static_cast<int>(lengths.size());
    lengths.push_back(shape[axis]);
  }
  if (lengths.size() > 2) {
    return Fault(index, Reason::kWrongShape, "arrays have one or two axes; this has more");
  }
  if (lengths.size() == 2 &&
      !NotTooLarge(index, static_cast<double>(lengths[0]) * static_cast<double>(lengths[1]))) {
    return;
  }
  if (lengths.size() == 1) fact.shape = Shape::Vector(lengths[0]);
  if (lengths.size() == 2) fact.shape = Shape::Matrix(lengths[0], lengths[1]);
  fact.selection = static_cast<int32_t>(analysis_.selections.size());
  analysis_.selections.push_back(selection);
}

/// Python's slices: ends count from the end where negative, and are cut to the axis.
bool ShapeInference::Slice(int32_t index, int32_t subscript, int64_t length,
                           AxisSelection& selected, int64_t& count) {
  const auto parts = tree_.Children(tree_.At(subscript));
  double given[3] = {0, 0, 1};
  for (size_t i = 0; i < 3; ++i) {
    if (tree_.At(parts[i]).kind == NodeKind::kMissing) continue;
    const auto range = integers_.RangeOf(parts[i]);
    if (!range || !range->constant() || analysis_.At(parts[i]).loops != 0) {
      Fault(index, Reason::kInvalidValue,
            absl::StrFormat("the parts of a slice must be constant integers, so that its length is "
                            "known; %s is not (a comprehension may use loop variables in indices)",
                            Describe(parts[i])));
      return false;
    }
    given[i] = range->low;
  }
  const double step = given[2];
  if (step == 0) {
    Fault(index, Reason::kInvalidValue, "the step of a slice must not be 0");
    return false;
  }
  const auto n = static_cast<double>(length);
  const double lowest = step > 0 ? 0 : -1;
  const double highest = step > 0 ? n : n - 1;
  const auto end = [&](size_t i, double otherwise) {
    if (tree_.At(parts[i]).kind == NodeKind::kMissing) return otherwise;
    return std::clamp(given[i] < 0 ? given[i] + n : given[i], lowest, highest);
  };
  const double start = end(0, step > 0 ? 0 : n - 1);
  const double stop = end(1, step > 0 ? n : -1);
  count = static_cast<int64_t>(std::max(0.0, std::ceil((stop - start) / step)));
  selected.start = count == 0 ? 0 : static_cast<int64_t>(start);
  selected.step = count <= 1 ? 1 : static_cast<int64_t>(step);
  return true;
}

}  // namespace thalweg::expression
