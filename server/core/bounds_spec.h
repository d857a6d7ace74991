#pragma once

#include "absl/status/statusor.h"
#include "server/core/bounds.h"
#include "server/core/layout.h"
#include "server/core/objective_spec.h"

namespace thalweg {

/// The box that `spec.lower` and `spec.upper` spell: a list of one number counts for every
/// coordinate of its variable, a variable that is left out has no bound. No bounds at all where
/// both are empty. Errors have field paths under the spec: "lower.x", "upper.x[3]".
absl::StatusOr<Bounds> BoundsOf(const ObjectiveSpec& spec, const Layout& layout);

/// The usual box of `spec.function`, into `spec`: for methods that need a box where none is given.
/// Nothing changes for an expression, which has none.
void TakeUsualBox(const Layout& layout, ObjectiveSpec& spec);

}  // namespace thalweg
