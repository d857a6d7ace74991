#pragma once

#include <vector>

#include "server/core/layout.h"
#include "server/core/stop_reason.h"
#include "thalweg/v1/run.pb.h"

namespace thalweg::rpc {

/// Why a run of these variables is over, as it travels.
void ToWire(const StopReason& reason, const std::vector<Variable>& variables,
            v1::Termination& wire);

}  // namespace thalweg::rpc
