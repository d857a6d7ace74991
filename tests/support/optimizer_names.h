#pragma once

#include <string>
#include <vector>

#include "server/core/optimizer.h"

namespace thalweg::testing {

/// The catalogue's optimizers that pass over rows of data by themselves (or those that do not), and
/// so work on models alone (or on any objective).
inline std::vector<std::string> OptimizersThatPassOverRows(bool do_so) {
  std::vector<std::string> names;
  for (const OptimizerEntry& entry : Optimizers()) {
    const auto made = entry.make({entry.name, {}});
    if (made.ok() && (*made)->capabilities().rows == do_so) names.push_back(entry.name);
  }
  return names;
}
inline std::vector<std::string> OptimizersOfAnyObjective() {
  return OptimizersThatPassOverRows(false);
}

}  // namespace thalweg::testing
