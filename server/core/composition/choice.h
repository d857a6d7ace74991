#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "server/core/iterate.h"
#include "server/core/problem.h"

namespace thalweg {

/// An optimizer's name, and why it is the one.
struct Choice {
  std::string kind;
  std::string why;  ///< One clause: "the objective is a sum of 30 squares".
};

/// The optimizer for a problem, from its form and a handful of values around at.x, which are
/// counted. `global`: the least of all minima is wanted, not just the nearest.
absl::StatusOr<Choice> ChooseOptimizer(Problem& problem, const Iterate& at, bool global);

/// What is left where a method of gradients stalled.
Choice ChooseWithoutGradients(Index n, std::string why);

}  // namespace thalweg
