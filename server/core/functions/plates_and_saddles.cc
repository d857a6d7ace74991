#include "server/core/functions/plates_and_saddles.h"

#include <algorithm>
#include <array>
#include <numbers>

#include "server/core/functions/rules.h"

namespace thalweg::functions {
namespace {

/// The orders of 1, 2, 2, 3: power sums do not tell one coordinate from another.
std::vector<Vector> OrdersOfPowerSum(Index) {
  std::vector<Vector> points;
  std::array<double, 4> order = {1, 2, 2, 3};
  do points.push_back(Eigen::Map<const Vector>(order.data(), 4));
  while (std::next_permutation(order.begin(), order.end()));
  return points;
}

}  // namespace

TestFunction Saddle() {
  return {
      .name = "saddle",
      .title = "Saddle",
      .summary =
          "Down along y, up along x, and no minimum: from a start near the ridge a method "
          "first seems to converge to the saddle point, then falls off it.",
      .expression = "x**2 - y**2",
      .scalars = kPlane,
      .dimensions = Exactly(2),
      .start = At({1.5, 0.01}),
      .lower = Everywhere(-2),
      .upper = Everywhere(2),
      .lowest_everywhere = false,
      .source = "Common knowledge: the hyperbolic paraboloid",
  };
}

TestFunction MonkeySaddle() {
  return {
      .name = "monkey_saddle",
      .title = "Monkey saddle",
      .summary =
          "Three ways down and three up from a flat point where even the Hessian is zero; "
          "no minimum.",
      .expression = "x**3 - 3*x*y**2",
      .scalars = kPlane,
      .dimensions = Exactly(2),
      .start = At({1, 0.05}),
      .lower = Everywhere(-2),
      .upper = Everywhere(2),
      .lowest_everywhere = false,
      .source = "Hilbert & Cohn-Vossen (1932), Anschauliche Geometrie",
  };
}

TestFunction Plateau() {
  return {
      .name = "plateau",
      .title = "Plateau",
      .summary =
          "A hollow in a plain: away from the minimum the gradient fades like the cube of "
          "the distance, so that fixed steps hardly move.",
      .expression = "sum(x**2)/(1 + sum(x**2))",
      .dimensions = {1, 2, 100},  // beyond, the start is too far out to have a slope
      .start = Everywhere(4),
      .lower = Everywhere(-10),
      .upper = Everywhere(10),
      .minimum = Always(0),
      .minimisers = Only(Everywhere(0)),
      .source = "Geman & McClure (1985), Bayesian image analysis: the loss, of a vector's length",
  };
}

TestFunction Easom() {
  return {
      .name = "easom",
      .title = "Easom",
      .summary =
          "A needle's hole in a table: flat to the last bit nearly everywhere, one deep and "
          "narrow minimum.",
      .expression = "-cos(x)*cos(y)*exp(-(x - pi)**2 - (y - pi)**2)",
      .scalars = kPlane,
      .dimensions = Exactly(2),
      .start = At({2, 2.5}),
      .lower = Everywhere(-100),
      .upper = Everywhere(100),
      .minimum = Always(-1),
      .minimisers = Only(Everywhere(std::numbers::pi)),
      .source =
          "Easom (1990), A survey of global optimization techniques, MEng thesis, "
          "University of Louisville",
  };
}

TestFunction Zakharov() {
  return {
      .name = "zakharov",
      .title = "Zakharov",
      .summary =
          "A plate in a deep channel: quartic across one direction, quadratic and nearly "
          "flat by comparison across all others.",
      .expression = "s = sum(0.5*(i + 1)*x[i] for i in range(n))\nsum(x**2) + s**2 + s**4",
      .dimensions = {1, 2, 1000},
      .start = At({4, -2}),
      .lower = Everywhere(-5),
      .upper = Everywhere(10),
      .minimum = Always(0),
      .minimisers = Only(Everywhere(0)),
      .source = kSurvey,
  };
}

TestFunction PowerSum() {
  return {
      .name = "power_sum",
      .title = "Power sum",
      .summary =
          "Four numbers from their power sums: twelve minima, one for each order of the "
          "numbers, on a plate where the Hessian is singular.",
      .expression =
          "(sum(x) - 8)**2 + (sum(x**2) - 18)**2"
          " + (sum(x**3) - 44)**2 + (sum(x**4) - 114)**2",
      .dimensions = Exactly(4),
      .start = At({0.5, 1.5, 2.5, 3.5}),
      .lower = Everywhere(0),
      .upper = Everywhere(4),
      .minimum = Always(0),
      .minimisers = OrdersOfPowerSum,
      .source = "Neumaier (2003), collection of global optimization test problems: POWERSUM",
  };
}

}  // namespace thalweg::functions
