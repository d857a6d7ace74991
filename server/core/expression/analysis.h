#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "server/core/expression/complaints.h"
#include "server/core/expression/expression.h"
#include "server/core/expression/tree.h"

namespace thalweg::expression {

enum class SymbolKind : uint8_t { kVariable, kParameter, kLocal, kLoopVariable, kNumber };

/// What a name stands for at one place.
struct Meaning {
  SymbolKind kind = SymbolKind::kNumber;
  int32_t index = 0;  ///< Variable, statement or generator number.
  const Parameter* parameter = nullptr;
  double number = 0;  ///< Of kNumber: pi, e, the length n.
};

/// What a call does. Functions of the table are kElementwise; the rest have their own rules.
enum class CallKind : uint8_t {
  kElementwise,
  kMinMaxOfNumbers,
  kWhere,
  kClip,
  kSquare,
  kRelu,
  kLength,
  kSum,
  kMean,
  kProduct,
  kDot,
  kNorm,
  kMinimum,
  kMaximum,
};

/// What is known of a syntax node before a program is written.
struct Fact {
  int64_t length = -1;     ///< Of a vector; -1 for a number.
  uint32_t loops = 0;      ///< Bit d: depends on the loop variable of nesting depth d.
  int32_t reductions = 0;  ///< Reductions inside reductions, this one included.
  Meaning meaning;         ///< Of a name.
  CallKind call = CallKind::kElementwise;
  int32_t function = -1;  ///< Row of the table, for kElementwise and kMinMaxOfNumbers.
  bool faulty = false;    ///< Already complained about; what contains it keeps silent.
  bool proven = false;    ///< Of kIndex: inside the vector at every turn of the loops around.
  bool vector() const { return length >= 0; }
};

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
  std::vector<Fact> facts;           ///< By node.
  std::vector<LoopFact> loops;       ///< By generator.
  std::vector<int32_t> local_users;  ///< By statement: loops that would repeat a vector local.
  std::vector<bool> variable_used;
  const Fact& At(int32_t node) const { return facts[static_cast<size_t>(node)]; }
  Fact& At(int32_t node) { return facts[static_cast<size_t>(node)]; }
};

/// Gives every name its meaning and every call its kind.
void Resolve(const Source& source, const Layout& layout, const Tree& tree, Complaints& complaints,
             Analysis& analysis);

/// Shapes, bottom up. Needs Resolve.
void InferShapes(const Source& source, const Layout& layout, const Tree& tree,
                 Complaints& complaints, Analysis& analysis);

/// Proves that every range is finite and every index inside its vector. Needs InferShapes.
void CheckIndices(const Source& source, const Tree& tree, const Limits& limits,
                  Complaints& complaints, Analysis& analysis);

}  // namespace thalweg::expression
