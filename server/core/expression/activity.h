#pragma once

#include <vector>

#include "server/core/expression/program.h"

namespace thalweg::expression {

/// What depends on x at all, by operation and by array.
struct Activity {
  std::vector<bool> ops;
  std::vector<bool> arrays;
};
Activity FindActive(const Program& program);

}  // namespace thalweg::expression
