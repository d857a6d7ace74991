#pragma once

#include "google/protobuf/timestamp.pb.h"
#include "server/runs/run.h"

namespace thalweg::rpc {

void ToWire(runs::WallTime time, google::protobuf::Timestamp& wire);

}  // namespace thalweg::rpc
