#pragma once

#include <array>
#include <map>
#include <optional>
#include <span>
#include <unordered_map>
#include <vector>

#include "absl/strings/str_format.h"
#include "server/core/expression/calls.h"
#include "server/core/expression/lower.h"

namespace thalweg::expression {

/// The pass behind Lower(). lower.cc walks the tree, lower_operations.cc writes single operations,
/// lower_loops.cc reductions, comprehensions and indices.
class Lowering {
 public:
  Lowering(const Source& source, const Layout& layout, const Tree& tree, const Analysis& analysis,
           const Limits& limits, Complaints& complaints, Builder& builder);
  void Run();

 private:
  /// base + sum of coefficient * counter, by loop: an integer that a load can use directly.
  struct Affine {
    int64_t base = 0;
    std::map<int32_t, int64_t> terms;
  };
  /// What a loop variable is inside its loop.
  struct Binding {
    int32_t value = -1;
    std::optional<Affine> affine;
  };

  // lower.cc
  int32_t Region(int32_t node) const;      ///< The body of the innermost loop it depends on.
  int32_t Underlying(int32_t node) const;  ///< Names of locals followed to what they stand for.
  bool Known(int32_t node) const { return numbers_[static_cast<size_t>(node)] >= 0; }
  int32_t Number(int32_t root);
  std::span<const int32_t> Operands(int32_t index) const;
  int32_t Make(int32_t index, const std::vector<int32_t>& operands);
  int32_t Name(const Fact& fact, const std::vector<int32_t>& operands);
  int32_t ElementAt(int32_t root, int32_t loop);
  int32_t& Slot(int32_t node, int32_t loop);
  int32_t LeafAt(int32_t index, int32_t loop);
  int64_t BaseOf(int32_t index) const;
  int32_t ArrayOf(int32_t index, bool keep);
  int32_t ParameterArray(const Parameter* parameter);
  int32_t Keep(int32_t index);
  void TooMuchMemory(int32_t index);
  int32_t OpenOver(int64_t length, int32_t region, int32_t node);

  // lower_operations.cc
  int32_t Combine(const Node& node, const Fact& fact, const std::vector<int32_t>& operands);
  int32_t Chain(const Node& node, const std::vector<int32_t>& operands);
  int32_t Compare(const Node& node, const std::vector<int32_t>& operands);
  int32_t Call(const Fact& fact, const std::vector<int32_t>& operands);
  int32_t Power(int32_t base, int32_t exponent);
  int32_t WholePower(int32_t base, int64_t exponent);

  // lower_loops.cc
  int32_t Reduction(int32_t index);
  int32_t ReduceOver(int32_t index, Fold fold, int32_t argument, int32_t other);
  int32_t Comprehension(int32_t index);
  struct Nest {
    int32_t value = -1;
    int32_t count = -1;  ///< Turns that count, for mean.
  };
  Nest Generators(int32_t index, int32_t generator, int32_t region, Fold fold, bool counts);
  int32_t OpenGenerator(int32_t index, int32_t generator, int32_t region);
  int32_t Element(int32_t index);
  std::optional<Affine> AffineOf(int32_t index, int depth);

  const Source& source_;
  const Layout& layout_;
  const Tree& tree_;
  const Analysis& analysis_;
  const Limits& limits_;
  Complaints& complaints_;
  Builder& builder_;
  std::vector<int32_t> numbers_;                    // operation by node
  std::vector<int32_t> kept_;                       // temporary array by node
  std::unordered_map<uint64_t, int32_t> elements_;  // operation by (loop, node)
  std::unordered_map<const Parameter*, int32_t> parameter_arrays_;
  size_t used_parameters_ = 0;
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

}  // namespace thalweg::expression
