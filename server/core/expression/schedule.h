#pragma once

#include "server/core/expression/program.h"

namespace thalweg::expression {

/// Drops what the result and the outputs do not need, and puts every region's items in an order
/// in which operands come first; effects keep the order they have.
void Schedule(Program& program);

}  // namespace thalweg::expression
