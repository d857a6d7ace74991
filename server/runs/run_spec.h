#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "server/core/objective_spec.h"
#include "server/core/part.h"
#include "server/core/problem.h"
#include "server/core/regime.h"

namespace thalweg::runs {

/// What to do, as the caller asked for it and with everything left open filled in: a stored run
/// depends on no default of tomorrow.
struct RunSpec {
  std::string display_name;                   ///< Free text for people, at most 128 bytes.
  std::map<std::string, std::string> labels;  ///< Keys and values for filtering, at most 32.
  ObjectiveSpec objective;
  Direction direction = Direction::kMinimize;
  NamedValues start;  ///< Empty: a test function's usual start.
  Part optimizer;
  Part batches = {};             ///< Which rows a step sees; no kind: all.
  std::vector<Part> stopping;    ///< After WithSafeguards in a stored run.
  std::optional<uint64_t> seed;  ///< Always set in a stored run.
  /// Leading coordinates of x kept per iterate; the best and the last x are always whole.
  /// Negative: as many as fit, all up to kDefaultTracedCoordinates.
  int64_t traced_coordinates = -1;
  /// Settings that change on the way, in order of iteration, each in whole.
  std::vector<Change> changes;
  /// Where the trace begins: iterates before are computed and not recorded, and end nothing.
  int64_t first_iteration = 0;
  /// At most so many iterates a second, see Pacer; 0: as fast as can be. No part of the path.
  double pace = 0;
  /// Whose run it is; empty where there are no tenants. Set by TenantRuns, never by a caller.
  std::string tenant = {};
};

inline constexpr int64_t kDefaultTracedCoordinates = 64;

}  // namespace thalweg::runs
