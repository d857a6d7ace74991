#pragma once

#include <string>

#include "absl/status/statusor.h"

namespace thalweg {

/// host:port or [IPv6]:port, with a port from 0 to 65535.
bool IsAddress(const std::string& text);

/// Whether all that listens on this address is reachable from this machine alone: 127.0.0.0/8, ::1,
/// or a name that stands for nothing else. NOT_FOUND for a name that stands for nothing. The
/// address is one that IsAddress() takes; asks the resolver for names.
absl::StatusOr<bool> IsLoopback(const std::string& address);

}  // namespace thalweg
