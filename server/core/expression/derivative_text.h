#pragma once

#include <string>
#include <vector>

#include "server/core/expression/expression.h"

namespace thalweg::expression {

/// The derivative by one variable, written in the language itself.
struct DerivativeText {
  std::string variable;
  std::string index;  ///< Of a vector: the name that stands for the coordinate's number, "k".
  /// A formula of the same variables and parameters (and of `index`); empty where there is none.
  std::string text;
  std::string why_not;  ///< Why there is no text.
};

/// One for each variable, in order, the first 64; each of at most `most_bytes`.
std::vector<DerivativeText> WriteDerivatives(const Compiled& compiled, size_t most_bytes = 8192);

}  // namespace thalweg::expression
