#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace thalweg {

/// What kind of point the best iterate is, of f as the caller has it. With active bounds: among
/// the points that share them.
enum class Verdict {
  kNotStationary,  ///< There is a way on: the gradient calls for a step that matters.
  kStationary,     ///< No slope; curvature is unknown, or zero in some direction.
  kLocalMinimum,   ///< No slope, and f curves upwards in every direction.
  kLocalMaximum,   ///< No slope, and f curves downwards in every direction.
  kSaddle,         ///< No slope, but lower and higher points side by side.
};

/// "not_stationary", "stationary", "local_minimum" ...
std::string_view VerdictName(Verdict verdict);

/// The ends of the Hessian's spectrum, of f as the caller has it, over the coordinates that are not
/// held by a bound.
struct Curvature {
  double least = 0;
  double greatest = 0;
  /// Greatest over least size of a curvature; infinite where one is not told from 0.
  double condition = 0;
  double resolution = 0;  ///< Curvatures smaller than this are not told from 0.
  /// Of all directions; otherwise estimates from within (Lanczos): the true ends lie further out.
  bool exact = false;
};

/// A coordinate, or constraint, that its bound keeps from going further.
struct ActiveBound {
  std::string coordinate;  ///< "x[3]", or the constraint's name.
  bool upper = false;
  double bound = 0;
  /// How fast f would improve if the bound gave way: per unit, >= 0.
  double multiplier = 0;
};

/// The statistics of a fit: f is a sum of m squared residuals of n parameters. Linearised at the
/// best iterate; residuals count as independent and of one variance.
struct Fit {
  int64_t observations = 0;        ///< m
  int64_t degrees_of_freedom = 0;  ///< m - n, n without parameters held by bounds.
  double residual_deviation = 0;   ///< sqrt(f / degrees_of_freedom)
  /// By coordinate; 0 for one held by a bound. Empty where the residuals do not tell all
  /// parameters apart (the Jacobian is not of full rank).
  std::vector<double> standard_errors;
  /// n x n, row after row; empty beyond kMostCorrelated coordinates.
  std::vector<double> covariance;
  std::vector<double> correlation;
  int64_t rank = 0;  ///< Of the Jacobian; n - held where all are told apart.
  static constexpr int64_t kMostCorrelated = 64;
};

/// What can be shown about the best iterate.
struct Certificate {
  Verdict verdict = Verdict::kStationary;
  std::string text;  ///< The verdict and what it rests on, in a sentence.
  int64_t iteration = 0;
  /// Of the gradient without what active bounds hold; with constraints, of the Lagrangian's.
  double gradient_norm = 0;
  double gradient_max = 0;  ///< Its largest absolute coordinate.
  std::optional<Curvature> curvature;
  std::vector<ActiveBound> active_bounds;  ///< The first kMostBounds.
  int64_t active_bound_count = 0;
  static constexpr size_t kMostBounds = 64;
  /// Newton's estimates of what is left: how far the stationary point is (2-norm), and by how much
  /// f differs there: ||inv(H) g|| and g'inv(H)g / 2.
  std::optional<double> distance;
  std::optional<double> gap;
  std::optional<Fit> fit;
};

}  // namespace thalweg
