#pragma once

#include "server/runs/iterate_block.h"
#include "thalweg/v1/iterate.pb.h"

namespace thalweg::rpc {

/// Columns to columns: one copy each, so that millions of iterates a second can leave.
void ToWire(const runs::IterateBlock& block, v1::IterateBatch& wire);

}  // namespace thalweg::rpc
