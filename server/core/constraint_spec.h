#pragma once

#include "absl/status/statusor.h"
#include "server/core/constraints.h"
#include "server/core/objective_spec.h"

namespace thalweg {

inline constexpr size_t kMostConstraints = 1'000;  ///< In a spec; each is compiled by itself.
inline constexpr Index kMostConstraintRows = 10'000;
/// Numbers in the gradients of all constraints, n x m: 160 MB.
inline constexpr Index kMostConstraintSlopes = 20'000'000;

/// The constraints of `spec`, whose unknowns are `layout`'s, ready to be evaluated. Errors have
/// field paths under the spec: "constraints[2].expression". `maker` is as for MakeObjective.
absl::StatusOr<Constraints> BuildConstraints(const ObjectiveSpec& spec, const Layout& layout,
                                             const expression::Limits& limits = {},
                                             expression::CodeMaker* maker = nullptr);

}  // namespace thalweg
