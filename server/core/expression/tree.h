#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "server/core/expression/token.h"

namespace thalweg::expression {

enum class NodeKind : uint8_t {
  kNumber,
  kName,
  kAdd,       ///< a + b - c ...: one flat node per chain; `operators` tells + from -
  kMultiply,  ///< a * b / c // d % e ...: left to right
  kPower,     ///< base, exponent
  kNegate,
  kNot,
  kAnd,  ///< flat chains
  kOr,
  kCompare,        ///< a < b <= c ...: every neighbouring pair must hold
  kConditional,    ///< condition, value if true, value if false
  kCall,           ///< `name` with the children as arguments
  kIndex,          ///< vector, index
  kComprehension,  ///< `name` over the body (first child) for every turn of the generators
};

/// `for name in range(arguments) if condition ...`. Arguments and conditions are children of the
/// comprehension, at these places in Tree::children.
struct Generator {
  uint32_t name_begin = 0;
  uint32_t name_end = 0;
  int32_t first_argument = 0;
  int32_t arguments = 0;
  int32_t first_condition = 0;
  int32_t conditions = 0;
};

struct Node {
  NodeKind kind = NodeKind::kNumber;
  uint32_t begin = 0;  ///< Byte range in the formula.
  uint32_t end = 0;
  uint32_t name_begin = 0;  ///< Of kName, kCall and kComprehension.
  uint32_t name_end = 0;
  int32_t first = 0;  ///< Children are Tree::children[first, first + count).
  int32_t count = 0;
  int32_t first_generator = 0;  ///< Of kComprehension.
  int32_t generators = 0;
  double number = 0;
};

/// A line `name = value`; the last statement of a formula has no name and is its result.
struct Statement {
  uint32_t name_begin = 0;
  uint32_t name_end = 0;
  int32_t root = -1;
};

/// A parsed formula. Nodes refer to one another by index and children come before their parents,
/// so that passes over a tree are loops, and destroying one cannot overflow a stack.
struct Tree {
  std::vector<Node> nodes;
  std::vector<int32_t> children;
  std::vector<Symbol> operators;  ///< Parallel to children: the operator before each child.
  std::vector<Generator> generators;
  std::vector<Statement> statements;

  std::span<const int32_t> Children(const Node& node) const {
    return {children.data() + node.first, static_cast<size_t>(node.count)};
  }
  std::span<const Symbol> Operators(const Node& node) const {
    return {operators.data() + node.first, static_cast<size_t>(node.count)};
  }
  const Node& At(int32_t node) const { return nodes[static_cast<size_t>(node)]; }
};

/// Precedence from loose to tight: `a if c else b`, or, and, not, comparisons, + -, * / // %,
/// unary + -, ** (from the right; its exponent may carry a sign). Stops at the first error.
Tree Parse(std::string_view text, const std::vector<Token>& tokens, const Limits& limits,
           Complaints& complaints);

bool IsKeyword(std::string_view name);

}  // namespace thalweg::expression
