#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "server/core/expression/complaints.h"
#include "server/core/expression/expression.h"
#include "server/core/expression/tree.h"
#include "server/core/shape.h"

namespace thalweg::expression {

enum class SymbolKind : uint8_t { kVariable, kParameter, kLocal, kLoopVariable, kNumber };

/// What a name stands for at one place.
struct Meaning {
  SymbolKind kind = SymbolKind::kNumber;
  int32_t index = 0;  ///< Variable or generator number; of kLocal the node it stands for.
  const Parameter* parameter = nullptr;
  double number = 0;  ///< Of kNumber: pi, e, the length n.
};

/// What a call does. Functions of the table are kElementwise; the rest have their own rules.
enum class CallKind : uint8_t {
  kElementwise,
  kMinMaxOfNumbers,
  kComposition,  ///< Several operations, elementwise.
  kWhere,
  // Numbers and short vectors that only shapes decide.
  kLength,
  kSize,
  kRank,
  kShape,
  // Arrays of constants.
  kZeros,
  kOnes,
  kArange,
  kLinspace,
  kEye,
  // The elements of another array, in other places.
  kTranspose,
  kReshape,
  kRavel,
  kDiag,
  kOuter,
  // Arrays whose elements need a whole row or column.
  kSoftmax,
  kLogSoftmax,
  kCumsum,
  // Reductions.
  kDot,
  kTrace,
  kSum,
  kMean,
  kProduct,
  kNorm,
  kMinimum,
  kMaximum,
  kVar,
  kStd,
  kLogSumExp,
  kLeastSquares,
};
constexpr bool IsReduction(CallKind kind) { return kind >= CallKind::kDot; }

struct SpecialCall;  // calls.h

inline constexpr int8_t kAllAxes = -1;

/// What is known of a syntax node before a program is written.
struct Fact {
  Shape shape;
  uint32_t loops = 0;      ///< Bit d: depends on the loop variable of nesting depth d.
  int32_t reductions = 0;  ///< Reductions inside reductions, this one included.
  Meaning meaning;         ///< Of a name.
  CallKind call = CallKind::kElementwise;
  int32_t function = -1;  ///< Row of the table, for kElementwise and kMinMaxOfNumbers.
  const SpecialCall* special = nullptr;  ///< Row of calls.cc, for all other calls.
  int32_t arguments = 0;                 ///< Of a call: those by position, without the axis.
  int32_t axis_node = -1;                ///< Of a call: what its axis is, as written.
  int8_t axis = kAllAxes;                ///< Of a call: from 0.
  bool keeps_axis = false;               ///< keepdims=True
  int32_t selection = -1;                ///< Of kIndex: place in Analysis::selections.
  double first = 0;                      ///< Of kArange and kLinspace, with step ...
  double step = 1;                       ///< ... ; of kVar and kStd, ddof.
  bool faulty = false;  ///< Already complained about; what contains it keeps silent.
  bool proven = false;  ///< Of a subscript: inside its axis at every turn of the loops around.
  bool array() const { return shape.rank() > 0; }
};

/// Which places along one axis of an indexed array an element of the result comes from.
struct AxisSelection {
  enum Kind : uint8_t {
    kOne,    ///< The subscript's value.
    kSlice,  ///< start + step * place
    kList,   ///< The subscript's element at that place.
  } kind = kSlice;
  int32_t subscript = -1;  ///< Node; -1 where the axis is taken whole.
  int64_t start = 0;
  int64_t step = 1;
  int axis = -1;  ///< Of the result, that of `place`.
};
using Selection = std::array<AxisSelection, 2>;

/// A generator's place among the loops around it, and what its range may give.
struct LoopFact {
  int32_t depth = 0;       ///< Enclosing generators, of outer comprehensions as well.
  int32_t enclosing = -1;  ///< The generator just around it.
  double low = 0;          ///< The loop variable lies in [low, high] whenever there is a turn.
  double high = 0;
  double most = 0;  ///< Turns at most.
};

/// Everything the passes between parsing and lowering find out.
struct Analysis {
  std::vector<Fact> facts;      ///< By node.
  std::vector<LoopFact> loops;  ///< By generator.
  std::vector<Selection> selections;
  std::vector<bool> kept;  ///< By node: an array that is computed once, into memory.
  std::vector<bool> flat;  ///< By node: a matrix whose elements one loop can go through.
  std::vector<bool> variable_used;
  const Fact& At(int32_t node) const { return facts[static_cast<size_t>(node)]; }
  Fact& At(int32_t node) { return facts[static_cast<size_t>(node)]; }
};

/// Gives every name its meaning and every call its kind.
void Resolve(const Source& source, const Layout& layout, const Tree& tree, Complaints& complaints,
             Analysis& analysis);

/// Shapes, bottom up. Needs Resolve.
void InferShapes(const Source& source, const Layout& layout, const Tree& tree, const Limits& limits,
                 Complaints& complaints, Analysis& analysis);

/// Proves that every range is finite and every index inside its array. Needs InferShapes.
void CheckIndices(const Source& source, const Tree& tree, const Limits& limits,
                  Complaints& complaints, Analysis& analysis);

/// Decides which arrays are kept in memory rather than computed where they are used, so that
/// nothing costly is computed twice. Needs InferShapes.
void PlanKeeping(const Tree& tree, Analysis& analysis);

/// An error at a node, or at `offset` inside it. Inside a local function's body it also says where
/// the function was called.
void Complain(Complaints& complaints, std::string_view text, const Tree& tree, int32_t node,
              Reason reason, const std::string& what);
void Complain(Complaints& complaints, std::string_view text, const Tree& tree, int32_t node,
              uint32_t offset, Reason reason, const std::string& what);

/// The arguments of a call by position.
inline std::span<const int32_t> PositionalArguments(const Tree& tree, const Fact& fact,
                                                    const Node& node) {
  return tree.Children(node).first(static_cast<size_t>(fact.arguments));
}

/// The node that a name stands for, followed through local names.
int32_t Underlying(const Tree& tree, const Analysis& analysis, int32_t node);

}  // namespace thalweg::expression
