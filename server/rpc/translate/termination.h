#pragma once

#include "server/core/stop_reason.h"
#include "thalweg/v1/run.pb.h"

namespace thalweg::rpc {

/// Why a run is over, as it travels.
void ToWire(const StopReason& reason, v1::Termination& wire);

}  // namespace thalweg::rpc
