#pragma once

#include <string>

#include "client/cpp/error.h"

namespace thalweg::client {

/// What most likely keeps client and server apart, and the option that would mend it, told from
/// gRPC's words for a connection that did not come about, or from the server's about tokens; empty
/// where they tell nothing.
std::string ConnectionHint(const Error& error);

}  // namespace thalweg::client
