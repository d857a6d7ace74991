#pragma once

#include <string>

#include "server/core/expression/program.h"

namespace thalweg::expression {

/// Everything about a scheduled program that its machine code depends on, as bytes: equal bytes,
/// equal code. Data arrays count by their length and place, not by their values.
std::string ContentOf(const Program& program);

}  // namespace thalweg::expression
