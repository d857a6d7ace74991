#pragma once

#include <string>

#include "client/cpp/client.h"
#include "client/cpp/connection_options.h"

namespace thalweg::client {

/// What a server says of itself, or of one of its services: "SERVING", "NOT_SERVING", "UNKNOWN" or
/// "SERVICE_UNKNOWN". `service` is "" (started and serving), "ready" (takes work) or "live". Asked
/// over a connection of its own, which a server that no longer accepts any cannot answer.
Result<std::string> CheckHealth(const ConnectionOptions& connection, const std::string& service,
                                const CallOptions& options = {});

}  // namespace thalweg::client
