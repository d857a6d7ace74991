#pragma once

#include <cstdint>

namespace thalweg::expression {

/// What a formula may cost, before and while it runs. Every limit is checked before the first
/// evaluation, and the error of each names the limit and the figure that broke it.
struct Limits {
  int64_t text_bytes = 1 << 20;            ///< Length of the formula.
  int64_t literal_bytes = 400;             ///< Length of one number.
  int64_t depth = 256;                     ///< Open brackets, calls, prefix operators, powers.
  int64_t nodes = 100'000;                 ///< Nodes of the syntax tree.
  int64_t program_operations = 1'000'000;  ///< Operations in value or gradient program, as text.
  int64_t evaluation_operations = 100'000'000;  ///< Operations that one evaluation runs.
  int64_t scratch_bytes = 256 << 20;  ///< Memory of one evaluator: registers, temporaries.
  int64_t compile_steps = 2'000'000;  ///< Steps spent proving that indices stay inside.
  int64_t coordinates = 1'000'000;    ///< Numbers in all variables together.

  friend bool operator==(const Limits&, const Limits&) = default;
};

/// As far as an operator may raise them. What was accepted once is understood again under these,
/// whatever the limits are by then.
inline constexpr Limits kWidestLimits = {.text_bytes = 64 << 20,
                                         .program_operations = 10'000'000,
                                         .evaluation_operations = 1'000'000'000'000,
                                         .scratch_bytes = int64_t{8} << 30,
                                         .coordinates = 100'000'000};

/// Generators (`for ... in ...`) that may enclose one another, and reductions inside reductions.
inline constexpr int kMaxLoopDepth = 16;

/// Errors reported at once.
inline constexpr int kMaxErrors = 20;

}  // namespace thalweg::expression
