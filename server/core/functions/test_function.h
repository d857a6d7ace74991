#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "server/core/layout.h"
#include "server/core/vector.h"

namespace thalweg {

/// How many coordinates a test function may have; all three equal where it has one size only.
struct Dimensions {
  Index least = 1;
  Index usual = 2;
  Index most = 1;
};

/// A classic test function: a formula, and what is known about it. Whatever depends on the number
/// of coordinates is a rule that is given n, which must be within `dimensions`.
///
/// The formula's unknowns are the vector x, or the scalars that `scalars` names.
struct TestFunction {
  using PointRule = std::function<Vector(Index n)>;
  using PointsRule = std::function<std::vector<Vector>(Index n)>;
  using ValueRule = std::function<std::optional<double>(Index n)>;

  std::string name;        ///< "rosenbrock": lower case, words joined by underscores.
  std::string title;       ///< "Rosenbrock".
  std::string summary;     ///< What it shows: a ravine, many minima ... One or two sentences.
  std::string expression;  ///< In the objective language.
  std::vector<std::string> scalars = {};  ///< {"x", "y"} in the plane; empty: x is a vector.
  Dimensions dimensions;

  PointRule start;  ///< Where runs usually begin: inside the box, with a useful gradient.
  PointRule lower;  ///< Corner of the usual search domain and plot window ...
  PointRule upper;  ///< ... and the opposite corner; lower < upper in every coordinate.

  /// The least value within the box; nothing where it is unknown, or is merely the best point of
  /// the box's edge (a saddle).
  ValueRule minimum = [](Index) { return std::nullopt; };
  /// Points of the box that attain the minimum, to about 1e-10: all of them, or the best known one
  /// where they are many. Empty exactly where there is no minimum.
  PointsRule minimisers = [](Index) { return std::vector<Vector>(); };
  /// False where still lower values exist outside the box: a search without bounds may leave it.
  bool lowest_everywhere = true;
  /// Has a gradient everywhere, so that it is zero at minimisers inside the box. False: has kinks.
  bool smooth = true;

  std::string source;  ///< Paper or book.
};

/// The unknowns of `function` with n coordinates: x of length n, or its scalars.
std::vector<Variable> VariablesOf(const TestFunction& function, Index n);

}  // namespace thalweg
