#pragma once

#include <optional>
#include <string>
#include <vector>

#include "server/core/diagnosis/diagnosis.h"

namespace thalweg {

/// The first of `names` that the catalogue has and that fits the problem, with its defaults.
std::optional<Part> FirstThatFits(const Problem& problem, const std::vector<std::string>& names);

/// The threshold of the run's rule of that kind, its default where none is set; nothing where the
/// run has no such rule.
std::optional<double> ThresholdOf(const Ending& ending, const std::string& rule);

/// The rule with that threshold.
Part Rule(const std::string& kind, double threshold);

/// x by variable, for a start to suggest; empty where it has too many coordinates to be typed.
NamedValues StartAt(Problem& problem, const Vector& x);

/// The coordinates that make up most of a direction: "x[0] (0.98), y (-0.2)", at most three.
std::string MainCoordinates(const Layout& layout, const Vector& direction);

/// `number` to two digits, upwards.
double RoundedUp(double number);

/// Whether the verdict on the best iterate leaves nowhere to go.
bool IsStationary(const Ending& ending);

/// Whether the run ended without reaching what it looked for: by a budget, a stall, divergence.
bool EndedShort(const Ending& ending);

}  // namespace thalweg
