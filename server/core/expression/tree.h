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
  kMatMul,    ///< a @ b
  kPower,     ///< base, exponent
  kNegate,
  kNot,
  kAnd,  ///< flat chains
  kOr,
  kCompare,        ///< a < b <= c ...: every neighbouring pair must hold
  kConditional,    ///< condition, value if true, value if false
  kCall,           ///< `name` with the children as arguments
  kIndex,          ///< array, then a subscript per axis
  kSlice,          ///< start, stop, step; each may be kMissing
  kMissing,        ///< A part of a slice that was left out.
  kNewAxis,        ///< None as a subscript: an axis of length 1.
  kList,           ///< [a, b, ...] or (a, b, ...)
  kKeyword,        ///< `name` = child, as an argument of a call
  kComprehension,  ///< `name` over the body (first child) for every turn of the generators
  kInline,         ///< A call of a local function: its arguments, then a copy of its body.
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
  uint32_t name_begin = 0;  ///< Of kName, kCall, kKeyword, kComprehension and kInline.
  uint32_t name_end = 0;
  int32_t first = 0;  ///< Children are Tree::children[first, first + count).
  int32_t count = 0;
  int32_t first_generator = 0;  ///< Of kComprehension.
  int32_t generators = 0;
  bool method = false;    ///< Of kCall: written a.name(...) or a.name.
  int32_t alias = -1;     ///< Of kName: the argument it stands for, inside a kInline.
  int32_t instance = -1;  ///< Which call of a local function it is a copy for.
  double number = 0;
};

/// A piece of the formula's text.
struct Piece {
  uint32_t begin = 0;
  uint32_t end = 0;
};

/// A line `name = value` or `name(parameters) = value`; the last statement of a formula has no
/// name and is its result.
struct Statement {
  uint32_t name_begin = 0;
  uint32_t name_end = 0;
  int32_t root = -1;
  bool function = false;
  std::vector<Piece> parameters = {};
};

/// One call of a local function, for messages: its name, where it is called, and the instance
/// whose body calls it.
struct Instance {
  Piece name;
  uint32_t call = 0;
  int32_t outer = -1;
  int32_t statement = 0;  ///< Its definition knows the names of the statements before this one.
};

/// A local function.
struct LocalFunction {
  Piece name;
  bool used = false;
};

/// A parsed formula. Nodes refer to one another by index and children come before their parents,
/// so that passes over a tree are loops, and destroying one cannot overflow a stack.
struct Tree {
  std::vector<Node> nodes;
  std::vector<int32_t> children;
  std::vector<Symbol> operators;  ///< Parallel to children: the operator before each child.
  std::vector<Generator> generators;
  std::vector<Statement> statements;
  std::vector<Instance> instances;
  std::vector<LocalFunction> functions;

  std::span<const int32_t> Children(const Node& node) const {
    return {children.data() + node.first, static_cast<size_t>(node.count)};
  }
  std::span<const Symbol> Operators(const Node& node) const {
    return {operators.data() + node.first, static_cast<size_t>(node.count)};
  }
  const Node& At(int32_t node) const { return nodes[static_cast<size_t>(node)]; }
};

/// Precedence from loose to tight: `a if c else b`, or, and, not, comparisons, + -, * / // % @,
/// unary + -, ** (from the right; its exponent may carry a sign). Stops at the first error.
Tree Parse(std::string_view text, const std::vector<Token>& tokens, const Limits& limits,
           Complaints& complaints);

/// Replaces calls of local functions by copies of their bodies, and drops the definitions. A
/// parameter's name becomes another name of the argument's node.
Tree Instantiate(std::string_view text, Tree tree, const Limits& limits, Complaints& complaints);

bool IsKeyword(std::string_view name);

}  // namespace thalweg::expression
