#include "server/core/functions/test_function.h"

namespace thalweg {

std::vector<Variable> VariablesOf(const TestFunction& function, Index n) {
  if (function.scalars.empty()) return {{.name = "x", .scalar = false, .length = n}};
  std::vector<Variable> variables;
  for (const std::string& name : function.scalars) variables.push_back({.name = name});
  return variables;
}

}  // namespace thalweg
