#pragma once

#include <cstdint>
#include <vector>

#include "server/core/expression/builder.h"

namespace thalweg::expression {

/// A number that scales a term of f, or decides whether it counts. None depends on x unless it is a
/// condition; none of the others is negative.
struct Factor {
  enum class Kind : uint8_t { kTimes, kOver, kTurns, kIf, kUnless };
  Kind kind = Kind::kTimes;
  int32_t op = -1;  ///< kTurns: the count of a loop whose turns are all the same.
};

/// Residuals that one place of the program gives: one for every turn of the loops around it.
struct ResidualBlock {
  int32_t op = -1;               ///< f has the term factors * op**2.
  std::vector<int32_t> loops;    ///< Around the term, outermost first.
  std::vector<int64_t> strides;  ///< By loop: rows from one turn to the next.
  std::vector<Factor> factors;
  int64_t first = 0;  ///< Row of the first turn.
};

struct Residuals {
  std::vector<ResidualBlock> blocks;
  /// Rows, in the order of the terms and of the turns. Turns that an `if` skips, or beyond a loop's
  /// count where that varies, are rows of zeros.
  int64_t count = 0;
};

/// Finds out whether the value is a sum of squares: made of sums, non-negative factors and terms
/// that do not depend on x, selections, norm(...)**2 and squares. No blocks where it is not.
Residuals FindResiduals(const Program& value);

/// Writes the program that stores the residuals: factors are folded in as square roots, so that
/// f = sum r**2. With `jacobian` it adds up dr/dx as well, m x n by columns: each row is reversed
/// on its own, within the turn that makes it. What a row takes from outside its turn is then
/// reversed anew for each row; where much lies outside, tangents along every axis are cheaper.
///
/// `value` is scheduled. Returns false if that needs more than `scratch_bytes` of temporaries.
bool WriteResiduals(const Program& value, const Residuals& residuals, bool jacobian,
                    int64_t scratch_bytes, Builder& to);

}  // namespace thalweg::expression
