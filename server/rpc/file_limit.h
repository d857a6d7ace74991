#pragma once

#include <cstdint>

#include "absl/status/statusor.h"

namespace thalweg::rpc {

/// Fewer descriptors than this are not enough to serve anyone.
inline constexpr int64_t kLeastFiles = 256;

/// Raises the number of files this process may have open to its hard limit, and returns it. Refuses
/// less than `least`: a server that runs out of descriptors turns clients away.
absl::StatusOr<int64_t> RaiseFileLimit(int64_t least = kLeastFiles);

}  // namespace thalweg::rpc
