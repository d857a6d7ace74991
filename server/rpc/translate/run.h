#pragma once

#include <cstddef>
#include <limits>
#include <optional>

#include "server/runs/run.h"
#include "thalweg/v1/run.pb.h"

namespace thalweg::rpc {

/// How much of a run an answer has room for. Points and parameters with more numbers are left
/// out, longer formulas are cut and end in "...", constraints longer than that together are left
/// out; everything else is always there.
struct RunView {
  size_t most_numbers = std::numeric_limits<size_t>::max();
  size_t most_text = std::numeric_limits<size_t>::max();  ///< Bytes of a formula.
  bool events = true;
  size_t most_changes = std::numeric_limits<size_t>::max();  ///< The last ones.
};
inline constexpr RunView kWholeRun;
/// A stream's messages stay below 1 MiB: start, best and last are 320 kB each at most.
inline constexpr RunView kStreamedRun{40'000, 64 << 10, /*events=*/true, /*most_changes=*/64};
/// A page may have 1000 runs.
inline constexpr RunView kListedRun{64, 1024, /*events=*/false, /*most_changes=*/0};

void ToWire(const runs::Run& run, const RunView& view, v1::Run& wire);

void ToWire(const runs::RunEvent& event, v1::RunEvent& wire);

v1::RunState ToWire(runs::RunState state);
/// Nothing for RUN_STATE_UNSPECIFIED and for numbers that are no state.
std::optional<runs::RunState> FromWire(v1::RunState state);

}  // namespace thalweg::rpc
