#pragma once

#include <string>

namespace thalweg::client {

/// A random UUID (version 4): what makes CreateRun safe to repeat.
std::string RandomRequestId();

}  // namespace thalweg::client
