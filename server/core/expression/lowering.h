#pragma once

#include <array>
#include <compare>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <unordered_map>
#include <utility>
#include <vector>

#include "absl/strings/str_format.h"
#include "server/core/expression/calls.h"
#include "server/core/expression/lower.h"

namespace thalweg::expression {

/// A place along one axis: base + sum of coefficient * counter, by loop, + the operation `value`
/// if there is one. Without it a load can use the place directly.
struct Coordinate {
  int64_t base = 0;
  std::vector<std::pair<int32_t, int64_t>> terms = {};  ///< (loop, coefficient), outermost first.
  int32_t value = -1;

  friend auto operator<=>(const Coordinate&, const Coordinate&) = default;
};

/// Which element of an array: a coordinate per axis, or where `flat` is set one coordinate that
/// goes through a matrix row after row.
struct Place {
  std::vector<Coordinate> at = {};
  bool flat = false;

  friend auto operator<=>(const Place&, const Place&) = default;
};

/// The pass behind Lower(). lower.cc walks the numbers of the tree, lower_elements.cc the arrays,
/// element by element; lower_places.cc says where an element comes from, lower_keep.cc fills
/// temporary arrays, lower_operations.cc writes single operations, lower_reductions.cc reductions
/// and products, lower_loops.cc comprehensions and indices.
class Lowering {
 public:
  Lowering(const Source& source, const Layout& layout, const Tree& tree, const Analysis& analysis,
           const Limits& limits, Complaints& complaints, Builder& builder);
  void Run();

 private:
  /// What a loop variable is inside its loop.
  struct Binding {
    int32_t value = -1;
    std::optional<Coordinate> affine;
  };
  struct Part {
    int32_t node = -1;
    int32_t place = -1;  ///< In places_.
  };

  const Fact& At(int32_t node) const { return analysis_.At(node); }

  // lower.cc
  int32_t Region(int32_t node) const;  ///< The body of the innermost loop it depends on.
  bool Known(int32_t node) const { return numbers_[static_cast<size_t>(node)] >= 0; }
  int32_t Number(int32_t root);
  bool LooksAfterItself(int32_t index) const;
  std::span<const int32_t> Operands(int32_t index) const;
  int32_t Make(int32_t index, const std::vector<int32_t>& operands);
  int32_t Name(const Fact& fact, const std::vector<int32_t>& operands);

  // lower_elements.cc
  int32_t Element(int32_t root, const Place& place);
  int32_t& Slot(const Part& part);
  int32_t PlaceNumber(const Place& place);
  std::vector<Part> Parts(int32_t index, const Place& place);
  bool IsOwnWork(int32_t index) const;
  int32_t OwnWork(int32_t index, const Place& place);
  int32_t CombineElements(int32_t index, const std::vector<int32_t>& operands);

  // lower_places.cc
  Coordinate Along(int32_t loop) const { return {0, {{loop, 1}}, -1}; }
  Coordinate Plus(const Coordinate& a, const Coordinate& b);
  Coordinate Times(const Coordinate& a, int64_t factor);
  int32_t ValueOf(const Coordinate& coordinate);
  Coordinate Linear(const Place& place, const Shape& shape);
  Place Broadcasted(const Place& place, const Shape& from, const Shape& to) const;
  Place BehindIndex(int32_t index, const Place& place);
  Coordinate BehindSubscript(const AxisSelection& selected, int64_t length, const Place& place);
  int32_t RegionOf(int32_t node, const Place& place) const;
  int32_t LoadAt(int32_t array, int64_t offset, const Shape& shape, const Place& place);

  // lower_keep.cc
  struct Memory {
    int32_t array = -1;
    int64_t offset = 0;
  };
  std::optional<Memory> StoredIn(int32_t index);
  int32_t ParameterArray(const Parameter* parameter);
  int32_t Keep(int32_t index);
  void Fill(int32_t index, int32_t array, const std::function<int32_t(const Place&)>& element);
  int32_t KeepList(int32_t index);
  void RunningSums(int32_t index, int32_t array);
  void TooMuchMemory(int32_t index);
  int32_t OpenOver(int64_t length, int32_t region, int32_t node);

  // lower_operations.cc
  int32_t Combine(const Node& node, const Fact& fact, const std::vector<int32_t>& operands);
  int32_t Chain(const Node& node, const std::vector<int32_t>& operands);
  int32_t Compare(const Node& node, const std::vector<int32_t>& operands);
  int32_t Call(const Fact& fact, const std::vector<int32_t>& operands);
  int32_t Power(int32_t base, int32_t exponent);
  int32_t WholePower(int32_t base, int64_t exponent);

  // lower_reductions.cc
  using ElementOf = std::function<int32_t(const Place&)>;
  int32_t Reduction(int32_t index, const Place& place);
  int32_t Product(int32_t index, const Place& place);
  int32_t Trace(int32_t index);
  int32_t FoldOver(int32_t index, int32_t child, const Place& place, Fold fold,
                   const ElementOf& element);
  int32_t LeastSquares(int32_t index);
  int32_t SafeRoot(int32_t squares);
  /// The largest element as a constant, and the sum of exp(element - largest).
  struct Exponentials {
    int32_t largest = -1;
    int32_t sum = -1;
  };
  Exponentials ExponentialsOf(int32_t index, const Place& place);
  int32_t Softmax(int32_t index, const Place& place);

  // lower_loops.cc
  int32_t Comprehension(int32_t index);
  struct Nest {
    int32_t value = -1;
    int32_t count = -1;  ///< Turns that count, for mean.
  };
  Nest Generators(int32_t index, int32_t generator, int32_t region, Fold fold, bool counts);
  int32_t OpenGenerator(int32_t index, int32_t generator, int32_t region);
  std::optional<Coordinate> AffineOf(int32_t index, int depth = 0);

  const Source& source_;
  const Layout& layout_;
  const Tree& tree_;
  const Analysis& analysis_;
  const Limits& limits_;
  Complaints& complaints_;
  Builder& builder_;
  std::vector<int32_t> numbers_;  // operation by node
  std::vector<int32_t> arrays_;   // temporary array by node
  std::map<Place, int32_t> place_numbers_;
  std::vector<Place> places_;
  std::unordered_map<uint64_t, int32_t> elements_;                    // operation by (place, node)
  std::map<std::pair<int32_t, int32_t>, Exponentials> exponentials_;  // by (node, place)
  std::unordered_map<const Parameter*, int32_t> parameter_arrays_;
  std::vector<Binding> bindings_;  // by generator
  std::array<int32_t, kMaxLoopDepth + 1> region_at_depth_{};
  int64_t kept_doubles_ = 0;
};

constexpr double Neutral(Fold fold) {
  switch (fold) {
    case Fold::kSum:
      return 0;
    case Fold::kProduct:
      return 1;
    case Fold::kMinimum:
      return __builtin_inf();
    case Fold::kMaximum:
      return -__builtin_inf();
  }
  return 0;
}
constexpr Fold FoldOf(CallKind call) {
  switch (call) {
    case CallKind::kProduct:
      return Fold::kProduct;
    case CallKind::kMinimum:
      return Fold::kMinimum;
    case CallKind::kMaximum:
      return Fold::kMaximum;
    default:
      return Fold::kSum;
  }
}

}  // namespace thalweg::expression
