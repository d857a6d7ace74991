#pragma once

#include "absl/status/statusor.h"
#include "server/core/layout.h"
#include "server/core/vector.h"
#include "server/runs/run_book.h"

namespace thalweg::rpc {

/// What a picture takes from a run: where it went, and the best that it found.
struct RunPath {
  Matrix iterates;  ///< c x p: of p retained iterates the c traced coordinates.
  Vector best;      ///< n; of a run that goes on, what is not traced is the start's.
};

/// At most some four million numbers, however long the run and whatever it traces.
absl::StatusOr<RunPath> PathOf(runs::RunBook& runs, const runs::Run& run, const Layout& layout);

}  // namespace thalweg::rpc
