#pragma once

#include <cstdint>
#include <vector>

#include "server/core/expression/program.h"

namespace thalweg::expression {

/// The operations of a scheduled program in the order in which they run: those of a loop's body
/// once, then the loop's results. Constants are in no region and not listed.
std::vector<int32_t> RunOrder(const Program& program);

/// The loops around a region, outermost first; its own included.
std::vector<int32_t> LoopsAround(const Program& program, int32_t region);

/// The number of turns where it is the same whatever runs, else -1.
int64_t FixedTurns(const Program& program, int32_t loop);

}  // namespace thalweg::expression
