#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "server/core/expression/analysis.h"

namespace thalweg::expression {

/// Integers that are known before a formula runs: made of literals, integer parameters, lengths,
/// loop variables and + - * // %. Doubles hold them exactly up to 2^53.
class Integers {
 public:
  Integers(const Tree& tree, const Analysis& analysis, int64_t steps)
      : tree_(tree), analysis_(analysis), steps_(steps) {}

  struct Range {
    double low = 0;
    double high = 0;
    bool constant() const { return low == high; }
  };

  /// Where the value of `node` lies, whatever the loops around do; nothing if it is not such an
  /// integer.
  std::optional<Range> RangeOf(int32_t node, int depth = 0);

  /// The value of `node` with the loop variables at `turn` (by generator). Conditions give 0 or 1.
  std::optional<double> ValueAt(int32_t node, const std::vector<double>& turn, int depth = 0);

  bool out_of_steps() const { return steps_ <= 0; }

 private:
  std::optional<Range> RangeOfCall(const Node& node, const Fact& fact) const;
  std::optional<Range> RangeOfShape(const Node& node, int depth);
  std::optional<Range> RangeOfName(const Fact& fact, int depth);
  std::optional<Range> RangeOfProduct(const Node& node, int depth);
  std::optional<double> ValueOfChain(const Node& node, const std::vector<double>& turn, int depth);
  std::optional<double> ValueOfCompare(const Node& node, const std::vector<double>& turn,
                                       int depth);

  const Tree& tree_;
  const Analysis& analysis_;
  int64_t steps_;
};

}  // namespace thalweg::expression
