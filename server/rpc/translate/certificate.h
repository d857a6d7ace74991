#pragma once

#include "server/core/certificate.h"
#include "thalweg/v1/certificate.pb.h"

namespace thalweg::rpc {

/// What can be shown about a best iterate, as it travels.
void ToWire(const Certificate& certificate, v1::Certificate& wire);

}  // namespace thalweg::rpc
