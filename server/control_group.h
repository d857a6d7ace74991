#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace thalweg {

/// What the control groups that this process is in permit it; none where they do not limit.
struct ControlGroupLimits {
  std::optional<double> cpus;
  std::optional<int64_t> memory_bytes;
};

/// Reads control groups of version 1 and 2: from the group of this process up to the outermost one
/// that it can see, and of these the least, since all of them bind. `root` is for tests: the folder
/// that proc/ and the mounts are in.
ControlGroupLimits ReadControlGroups(const std::string& root = "");

}  // namespace thalweg
