#pragma once

#include "server/runs/watcher.h"
#include "thalweg/v1/optimization_service.pb.h"

namespace thalweg::rpc {

/// One message of a watch. `wire` may hold an earlier update; its memory is used again.
void ToWire(const runs::WatchUpdate& update, v1::RunUpdate& wire);

}  // namespace thalweg::rpc
