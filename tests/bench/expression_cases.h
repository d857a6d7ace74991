#pragma once

#include <string>
#include <vector>

#include "server/core/expression/expression.h"
#include "tests/bench/handwritten.h"

namespace thalweg {

/// One objective of the benchmark: as text, as C++, and where both are evaluated.
struct ExpressionCase {
  std::string name;
  expression::Source source;
  handwritten::Function by_hand = nullptr;
  handwritten::Data data;
  Vector x;
};

/// The cases whose name contains `wanted`, in the order of the table.
std::vector<ExpressionCase> ExpressionCases(const std::string& wanted);

}  // namespace thalweg
