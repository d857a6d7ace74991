#include "server/core/composition/choice.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "server/core/penalty.h"

namespace thalweg {
namespace {

constexpr Index kMostForSqp = 500;  // a step costs n^3
constexpr Index kDense = 200;       // coordinates up to which an n x n matrix pays
constexpr Index kFewForSimplex = 10;
constexpr Index kMostForPopulation = 1000;
constexpr double kMostJacobian = 1 << 24;  // numbers

// Values along a line, and the differences of their differences: those of a smooth function shrink
// with every order, those of noise do not. Hamming (1971); Moré & Wild (2011), section 4.
constexpr Index kPoints = 9;
constexpr double kNoisy = 1e4;  // units in the last place

/// Noise of f around x, relative to |f|, in units of the last place; 0 where none can be told from
/// rounding.
absl::StatusOr<double> NoiseAround(Problem& problem, const Iterate& at) {
  const Index n = at.x.size();
  const double h = std::sqrt(std::numeric_limits<double>::epsilon());
  Matrix points(n, kPoints);
  for (Index i = 0; i < kPoints; ++i) {
    const double t = h * static_cast<double>(i - kPoints / 2);
    for (Index j = 0; j < n; ++j) {  // a direction without a preference, not along an axis
      const double sign = j % 2 == 0 ? 1 : -0.75;
      points(j, i) = at.x[j] + t * sign * std::max(1.0, std::abs(at.x[j]));
    }
    Vector point = points.col(i);
    problem.bounds().Project(point);
    points.col(i) = point;
  }
  Vector values(kPoints);
  if (absl::Status status = problem.Values(points, values); !status.ok()) return status;
  if (!values.allFinite()) return 0;
  const double scale = values.cwiseAbs().maxCoeff() * std::numeric_limits<double>::epsilon();
  Vector table = values;
  double least = std::numeric_limits<double>::infinity();
  double factor = 1;  // (k!)^2 / (2k)!, which makes all orders of white noise equal
  for (Index order = 1; order <= 6; ++order) {
    const Index left = kPoints - order;
    for (Index i = 0; i < left; ++i) table[i] = table[i + 1] - table[i];
    const auto k = static_cast<double>(order);
    factor *= k / (2 * (2 * k - 1));
    const double sigma =
        std::sqrt(factor * table.head(left).squaredNorm() / static_cast<double>(left));
    if (order >= 3) least = std::min(least, sigma);
  }
  return scale > 0 ? least / scale : 0;
}

std::string Coordinates(Index n) {
  return absl::StrCat(n, n == 1 ? " coordinate" : " coordinates");
}

Choice SmoothChoice(const Problem& problem, Index n) {
  if (problem.bounds().any()) {
    return {"lbfgsb", absl::StrCat("it is smooth, with bounds on its ", Coordinates(n))};
  }
  if (n <= kDense) {
    return {"bfgs", absl::StrCat("it is smooth and has few coordinates (", n, ")")};
  }
  return {"lbfgs", absl::StrCat("it is smooth and has many coordinates (", n, ")")};
}

}  // namespace

Choice ChooseWithoutGradients(Index n, std::string why) {
  if (n <= kFewForSimplex) return {"nelder_mead", std::move(why)};
  if (n <= kMostForPopulation) return {"cma_es", std::move(why)};
  return {"adam", absl::StrCat(why, ", and it has too many coordinates for methods of values")};
}

absl::StatusOr<Choice> ChooseOptimizer(Problem& problem, const Iterate& at, bool global) {
  const Index n = problem.size();
  if (problem.constraints().any()) {
    if (n <= kMostForSqp) return Choice{"sqp", "there are constraints"};
    return Choice{"augmented_lagrangian",
                  absl::StrCat("there are constraints, and ", n, " coordinates")};
  }
  if (global) {
    if (n <= kMostForPopulation) return Choice{"lshade", "the least of all minima is wanted"};
    return Choice{"multi_start",
                  absl::StrCat("the least of all minima is wanted, among ", n, " coordinates")};
  }
  const auto m = static_cast<double>(problem.residual_count());
  if (m > 0 && m * static_cast<double>(n) <= kMostJacobian) {
    return Choice{"levenberg_marquardt", absl::StrFormat("it is a sum of %.0f squares", m)};
  }
  const Traits traits = problem.objective().traits();
  const Penalty* const penalty = problem.objective().penalty();
  if (penalty != nullptr && problem.direction() == Direction::kMinimize && traits.kink.empty() &&
      (penalty->separable() || !problem.bounds().any())) {
    return Choice{"fista", "its penalty has kinks, over which proximal steps go"};
  }
  if (!traits.smooth.value_or(true)) {
    return ChooseWithoutGradients(n, absl::StrCat("its part ", traits.kink, " may have a kink"));
  }
  const absl::StatusOr<double> noise = NoiseAround(problem, at);
  if (!noise.ok()) return noise.status();
  if (*noise > kNoisy) {
    return ChooseWithoutGradients(n,
                                  absl::StrFormat("it is noisy, with %.2g of its value",
                                                  *noise * std::numeric_limits<double>::epsilon()));
  }
  return SmoothChoice(problem, n);
}

}  // namespace thalweg
