#pragma once

#include <cstdint>

#include "server/core/expression/program.h"

namespace thalweg::expression {

/// The cells of an array that an address can name, whatever the loops around it do.
struct Cells {
  int64_t first = 0;
  int64_t last = 0;
};
Cells CellsOf(const Program& program, const Op& op);

/// Whether two effects, or an effect and a load, may touch the same cell of one array.
bool MayMeet(const Program& program, const Op& a, const Op& b);

/// Puts scatters that walk over the same cells in such an order that running them operation by
/// operation, for many turns at once, adds to every cell in the order of the turns: with x[i] and
/// x[i+1] in one loop, the cell that turn i reaches as x[i+1] is reached by turn i+1 as x[i], so
/// x[i+1] goes first.
void OrderScatters(const Program& program, Region& region);

/// Whether the effects of an innermost loop must be run turn by turn, because operation by
/// operation some cell would gain its terms in another order.
bool MustRunTurnByTurn(const Program& program, int32_t region);

}  // namespace thalweg::expression
