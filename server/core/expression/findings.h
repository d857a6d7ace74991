#pragma once

#include <string>
#include <vector>

#include "server/core/expression/compiled.h"
#include "server/core/expression/structure.h"

namespace thalweg::expression {

/// What in the formula may surprise its author, in the order of the text, each with its place:
/// divisions by what may be 0, logarithms of what may be negative, steps without a slope,
/// coordinates that nothing reads. `lower` and `upper` bound x (size n, or empty: no bounds).
/// Findings are no errors: intervals are wider than the truth, and what an `if` guards is trusted.
std::vector<std::string> FindSurprises(const Machinery& machinery, const Structure& structure,
                                       const Vector& lower, const Vector& upper);

}  // namespace thalweg::expression
