#include "server/core/functions/valleys.h"

#include <cmath>

#include "server/core/functions/rules.h"

namespace thalweg::functions {

TestFunction Ravine() {
  return {
      .name = "ravine",
      .title = "Ravine",
      .summary =
          "A quadratic of condition number 1000, its curvatures spread evenly in the "
          "logarithm: plain gradient descent bounces between the walls or crawls.",
      .expression = "0.5*sum(1000**(i/(n - 1))*x[i]**2 for i in range(n))",
      .dimensions = From(2),
      .start = Everywhere(1),
      .lower = Everywhere(-2),
      .upper = Everywhere(2),
      .minimum = Always(0),
      .minimisers = Only(Everywhere(0)),
      .source =
          "Hansen et al. (2009), Real-parameter black-box optimization benchmarking: f2, "
          "without its oscillation and with condition number 1e3 instead of 1e6",
  };
}

TestFunction Rosenbrock() {
  return {
      .name = "rosenbrock",
      .title = "Rosenbrock",
      .summary =
          "The banana: a bent valley that is easy to find and slow to follow. From n = 4 on "
          "there is a second, local minimum near (-1, 1, ..., 1).",
      .expression = "sum(100*(x[i+1] - x[i]**2)**2 + (1 - x[i])**2 for i in range(n - 1))",
      .dimensions = From(2),
      .start = At({-1.2, 1}),
      .lower = Everywhere(-2.048),
      .upper = Everywhere(2.048),
      .minimum = Always(0),
      .minimisers = Only(Everywhere(1)),
      .source =
          "Rosenbrock (1960), An automatic method for finding the greatest or least value "
          "of a function",
  };
}

TestFunction Beale() {
  return {
      .name = "beale",
      .title = "Beale",
      .summary =
          "A curved valley between flat plains and steep corners; at its far end the floor "
          "falls only ever so slowly.",
      .expression = "(1.5 - x*(1 - y))**2 + (2.25 - x*(1 - y**2))**2 + (2.625 - x*(1 - y**3))**2",
      .scalars = kPlane,
      .dimensions = Exactly(2),
      .start = At({1, 1}),
      .lower = Everywhere(-4.5),
      .upper = Everywhere(4.5),
      .minimum = Always(0),
      .minimisers = Only(At({3, 0.5})),
      .source =
          "Beale (1958), On an iterative method for finding a local minimum of a function of "
          "more than one variable",
  };
}

TestFunction DixonPrice() {
  return {
      .name = "dixon_price",
      .title = "Dixon-Price",
      .summary =
          "A valley whose minimum halves the angle from one coordinate to the next; it has "
          "a local minimum as well, and the last coordinate may take either sign.",
      .expression = "(x[0] - 1)**2 + sum((i + 1)*(2*x[i]**2 - x[i-1])**2 for i in range(1, n))",
      .dimensions = From(2),
      .start = Everywhere(2),
      .lower = Everywhere(-10),
      .upper = Everywhere(10),
      .minimum = Always(0),
      .minimisers =
          [](Index n) {
            Vector x(n);  // x[i] = 2^(2^-i - 1)
            for (Index i = 0; i < n; ++i) {
              x[i] = std::exp2(std::exp2(-static_cast<double>(i)) - 1);
            }
            Vector mirrored = x;
            mirrored[n - 1] = -mirrored[n - 1];
            return std::vector<Vector>{x, mirrored};
          },
      .source =
          "Dixon & Price (1989), Truncated Newton method for sparse unconstrained "
          "optimization using automatic differentiation",
  };
}

TestFunction Cube() {
  return {
      .name = "cube",
      .title = "Cube",
      .summary = "Rosenbrock's valley along a cubic instead of a parabola: bent twice.",
      .expression = "100*(y - x**3)**2 + (1 - x)**2",
      .scalars = kPlane,
      .dimensions = Exactly(2),
      .start = At({-1.2, -1}),
      .lower = Everywhere(-2),
      .upper = Everywhere(2),
      .minimum = Always(0),
      .minimisers = Only(Everywhere(1)),
      .source = "Leon (1966), A comparison of eight known optimizing procedures",
  };
}

TestFunction PowellSingular() {
  return {
      .name = "powell_singular",
      .title = "Powell's singular function",
      .summary =
          "The Hessian is singular at the minimum, so that Newton's method converges "
          "linearly only.",
      .expression =
          "(x[0] + 10*x[1])**2 + 5*(x[2] - x[3])**2"
          " + (x[1] - 2*x[2])**4 + 10*(x[0] - x[3])**4",
      .dimensions = Exactly(4),
      .start = At({3, -1, 0, 1}),
      .lower = Everywhere(-4),
      .upper = Everywhere(5),
      .minimum = Always(0),
      .minimisers = Only(Everywhere(0)),
      .source =
          "Powell (1962), An iterative method for finding stationary values of a function of "
          "several variables",
  };
}

TestFunction Wood() {
  return {
      .name = "wood",
      .title = "Wood (Colville)",
      .summary =
          "Two coupled Rosenbrock valleys; the usual start leads past a saddle with value "
          "near 7.88, where many methods pause.",
      .expression =
          "100*(x[1] - x[0]**2)**2 + (1 - x[0])**2 + 90*(x[3] - x[2]**2)**2"
          " + (1 - x[2])**2 + 10.1*((x[1] - 1)**2 + (x[3] - 1)**2)"
          " + 19.8*(x[1] - 1)*(x[3] - 1)",
      .dimensions = Exactly(4),
      .start = At({-3, -1, -3, -1}),
      .lower = Everywhere(-10),
      .upper = Everywhere(10),
      .minimum = Always(0),
      .minimisers = Only(Everywhere(1)),
      .source = "Colville (1968), A comparative study of nonlinear programming codes",
  };
}

TestFunction Perm() {
  return {
      .name = "perm_d_beta",
      .title = "Perm",
      .summary =
          "Powers of the coordinates must balance, all at once: a long and nearly flat "
          "valley, badly scaled from n = 4 on.",
      .expression =
          "sum(sum(((j + 1)**(i + 1) + 0.5)*((x[j]/(j + 1))**(i + 1) - 1)"
          " for j in range(n))**2 for i in range(n))",
      .dimensions = {1, 2, 6},  // beyond, x[0] is lost in the rounding of values like 1e20
      .start = Everywhere(0.5),
      .lower = [](Index n) -> Vector { return Vector::Constant(n, -static_cast<double>(n)); },
      .upper = [](Index n) -> Vector { return Vector::Constant(n, static_cast<double>(n)); },
      .minimum = Always(0),
      .minimisers =
          Only([](Index n) -> Vector { return Vector::LinSpaced(n, 1, static_cast<double>(n)); }),
      .source = "Neumaier (2003), collection of global optimization test problems: PERM(n, 0.5)",
  };
}

TestFunction PermOfInverses() {
  return {
      .name = "perm_0_d_beta",
      .title = "Perm with inverses",
      .summary = "As Perm, with the minimum at 1, 1/2, 1/3 ...: the valley narrows with n.",
      .expression =
          "sum(sum((j + 11)*(x[j]**(i + 1) - 1/(j + 1)**(i + 1))"
          " for j in range(n))**2 for i in range(n))",
      .dimensions = {1, 2, 10},
      .start = Everywhere(0.7),
      .lower = [](Index n) -> Vector { return Vector::Constant(n, -static_cast<double>(n)); },
      .upper = [](Index n) -> Vector { return Vector::Constant(n, static_cast<double>(n)); },
      .minimum = Always(0),
      .minimisers = Only([](Index n) -> Vector {
        return Vector::LinSpaced(n, 1, static_cast<double>(n)).cwiseInverse();
      }),
      .source = "Neumaier (2003), collection of global optimization test problems: PERM0(n, 10)",
  };
}

}  // namespace thalweg::functions
