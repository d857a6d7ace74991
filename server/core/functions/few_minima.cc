#include "server/core/functions/few_minima.h"

#include <numbers>

#include "server/core/functions/rules.h"

namespace thalweg::functions {

using std::numbers::pi;

TestFunction Himmelblau() {
  return {
      .name = "himmelblau",
      .title = "Himmelblau",
      .summary = "Four equally deep minima around a hill: a picture of basins of attraction.",
      .expression = "(x**2 + y - 11)**2 + (x + y**2 - 7)**2",
      .scalars = kPlane,
      .dimensions = Exactly(2),
      .start = At({0.5, 0.5}),
      .lower = Everywhere(-5),
      .upper = Everywhere(5),
      .minimum = Always(0),
      .minimisers = Each({{3, 2},
                          {-2.8051180869527448, 3.1313125182505731},
                          {-3.7793102533777470, -3.2831859912861695},
                          {3.5844283403304918, -1.8481265269644034}}),
      .source = "Himmelblau (1972), Applied Nonlinear Programming",
  };
}

TestFunction SixHumpCamel() {
  return {
      .name = "six_hump_camel",
      .title = "Six-hump camel",
      .summary = "Six minima in three pairs, two of them global; flat in the middle, steep around.",
      .expression = "(4 - 2.1*x**2 + x**4/3)*x**2 + x*y + (4*y**2 - 4)*y**2",
      .scalars = kPlane,
      .dimensions = Exactly(2),
      .start = At({-1, 1.5}),
      .lower = At({-3, -2}),
      .upper = At({3, 2}),
      .minimum = Always(-1.0316284534898774),
      .minimisers = Each({{0.089842013100318062, -0.71265640302073963},
                          {-0.089842013100318062, 0.71265640302073963}}),
      .source = kDixonSzego,
  };
}

TestFunction ThreeHumpCamel() {
  return {
      .name = "three_hump_camel",
      .title = "Three-hump camel",
      .summary = "Three minima in a row; the middle one is the lowest.",
      .expression = "2*x**2 - 1.05*x**4 + x**6/6 + x*y + y**2",
      .scalars = kPlane,
      .dimensions = Exactly(2),
      .start = At({1.5, 3}),
      .lower = Everywhere(-5),
      .upper = Everywhere(5),
      .minimum = Always(0),
      .minimisers = Only(Everywhere(0)),
      .source = kSurvey,
  };
}

TestFunction Branin() {
  return {
      .name = "branin",
      .title = "Branin",
      .summary =
          "Three equal minima along a parabola, and smooth all over: the classic of "
          "optimization by surrogates.",
      .expression = "(y - 5.1/(4*pi**2)*x**2 + 5/pi*x - 6)**2 + 10*(1 - 1/(8*pi))*cos(x) + 10",
      .scalars = kPlane,
      .dimensions = Exactly(2),
      .start = At({5, 10}),
      .lower = At({-5, 0}),
      .upper = At({10, 15}),
      .minimum = Always(10 / (8 * pi)),
      .minimisers = Each({{-pi, 12.275}, {pi, 2.275}, {3 * pi, 2.475}}),
      .source =
          "Branin (1972), Widely convergent method for finding multiple solutions of "
          "simultaneous nonlinear equations",
  };
}

TestFunction GoldsteinPrice() {
  return {
      .name = "goldstein_price",
      .title = "Goldstein-Price",
      .summary = "Four minima in crossing valleys, with values over six orders of magnitude.",
      .expression =
          "a = 1 + (x + y + 1)**2*(19 - 14*x + 3*x**2 - 14*y + 6*x*y + 3*y**2)\n"
          "b = 30 + (2*x - 3*y)**2*(18 - 32*x + 12*x**2 + 48*y - 36*x*y + 27*y**2)\n"
          "a*b",
      .scalars = kPlane,
      .dimensions = Exactly(2),
      .start = At({0.5, -0.5}),
      .lower = Everywhere(-2),
      .upper = Everywhere(2),
      .minimum = Always(3),
      .minimisers = Only(At({0, -1})),
      .source = "Goldstein & Price (1971), On descent from local minima",
  };
}

// sin(x + y) + (x - y)^2 falls without bound towards x = y -> -inf, in ever deeper minima: the
// published one is the lowest of the box.
TestFunction Mccormick() {
  return {
      .name = "mccormick",
      .title = "McCormick",
      .summary =
          "A trough with a ripple along it and a tilt: each hollow is a minimum, the next "
          "one outside the box is deeper.",
      .expression = "sin(x + y) + (x - y)**2 - 1.5*x + 2.5*y + 1",
      .scalars = kPlane,
      .dimensions = Exactly(2),
      .start = At({2, 0}),
      .lower = At({-1.5, -3}),
      .upper = Everywhere(4),
      .minimum = Always(-std::numbers::sqrt3 / 2 - pi / 3),
      .minimisers = Only(At({0.5 - pi / 3, -0.5 - pi / 3})),
      .lowest_everywhere = false,
      .source =
          "McCormick (1976), Computability of global solutions to factorable nonconvex "
          "programs",
  };
}

TestFunction FreudensteinRoth() {
  return {
      .name = "freudenstein_roth",
      .title = "Freudenstein-Roth",
      .summary =
          "A global minimum of 0 at (5, 4) and, in the way from the usual start, a local "
          "one of 48.98 at (11.41, -0.8968).",
      .expression = "(x - 13 + ((5 - y)*y - 2)*y)**2 + (x - 29 + ((y + 1)*y - 14)*y)**2",
      .scalars = kPlane,
      .dimensions = Exactly(2),
      .start = At({0.5, -2}),
      .lower = At({-5, -5}),
      .upper = At({15, 6}),
      .minimum = Always(0),
      .minimisers = Only(At({5, 4})),
      .source = kMoreGarbowHillstrom,
  };
}

TestFunction StyblinskiTang() {
  return {
      .name = "styblinski_tang",
      .title = "Styblinski-Tang",
      .summary = "Each coordinate has a deeper and a shallower minimum: 2^n minima, one global.",
      .expression = "0.5*sum(x**4 - 16*x**2 + 5*x)",
      .dimensions = From(1),
      .start = At({1, -1}),
      .lower = Everywhere(-5),
      .upper = Everywhere(5),
      .minimum = TimesN(-39.166165703771415),
      .minimisers = Only(Everywhere(-2.9035340277711771)),
      .source =
          "Styblinski & Tang (1990), Experiments in nonconvex optimization: stochastic "
          "approximation with function smoothing and simulated annealing",
  };
}

}  // namespace thalweg::functions
