#pragma once

#include "server/core/expression/builder.h"

namespace thalweg::expression {

/// Writes the program of how the outputs of `of` change with x along a direction v (forward mode;
/// Griewank & Walther, chapter 3): beside every value its tangent, by the same rules that adjoints
/// follow. Of a gradient program that gives the Hessian times v ("forward over reverse"), of a
/// program of residuals the Jacobian times v. It has no value, and of the outputs of `of` the
/// tangents alone.
///
/// `of` is scheduled. Returns false if that needs more than `scratch_bytes` of temporaries.
bool Tangent(const Program& of, int64_t scratch_bytes, Builder& tangent);

}  // namespace thalweg::expression
