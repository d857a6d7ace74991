#pragma once

#include "server/core/expression/builder.h"

namespace thalweg::expression {

/// Writes the program of value and gradient: `value` itself, then its operations backwards, each
/// adding to the adjoints of its operands (reverse mode; Griewank & Walther, chapter 3).
///
/// A loop is run backwards by a loop that repeats its body and then reverses it, adding into the
/// gradient in the order of the turns. Where the adjoint of a sum is known before the sum is (as
/// in f = sum(...) + ...), the first loop does both, and value and gradient take one pass.
///
/// Returns false if that needs more than `scratch_bytes` of temporaries.
bool Differentiate(const Program& value, int64_t scratch_bytes, Builder& gradient);

}  // namespace thalweg::expression
