#include "server/core/functions/bowls.h"

#include "server/core/functions/rules.h"

namespace thalweg::functions {

TestFunction Sphere() {
  return {
      .name = "sphere",
      .title = "Sphere",
      .summary = "A round bowl, equally steep in all directions: whatever works at all solves it.",
      .expression = "sum(x**2)",
      .dimensions = From(1),
      .start = Everywhere(3),
      .lower = Everywhere(-5.12),
      .upper = Everywhere(5.12),
      .minimum = Always(0),
      .minimisers = Only(Everywhere(0)),
      .source =
          "De Jong (1975), An Analysis of the Behavior of a Class of Genetic Adaptive "
          "Systems, PhD thesis, University of Michigan: function 1",
  };
}

TestFunction SumOfSquares() {
  return {
      .name = "sum_of_squares",
      .title = "Sum of squares",
      .summary = "A bowl that grows steeper with each coordinate: condition number n.",
      .expression = "sum((i + 1)*x[i]**2 for i in range(n))",
      .dimensions = From(1),
      .start = Everywhere(5),
      .lower = Everywhere(-10),
      .upper = Everywhere(10),
      .minimum = Always(0),
      .minimisers = Only(Everywhere(0)),
      .source = kMolgaSmutnicki,
  };
}

// The paper sums the squares of x[0..i] over i; gathered by coordinate, x[i] occurs n - i times,
// which costs n instead of n^2 operations.
TestFunction RotatedHyperEllipsoid() {
  return {
      .name = "rotated_hyper_ellipsoid",
      .title = "Rotated hyper-ellipsoid",
      .summary = "The sum of all leading partial sums of squares: a bowl of condition number n.",
      .expression = "sum((n - i)*x[i]**2 for i in range(n))",
      .dimensions = From(1),
      .start = Everywhere(30),
      .lower = Everywhere(-65.536),
      .upper = Everywhere(65.536),
      .minimum = Always(0),
      .minimisers = Only(Everywhere(0)),
      .source = kMolgaSmutnicki,
  };
}

TestFunction SumOfDifferentPowers() {
  return {
      .name = "sum_of_different_powers",
      .title = "Sum of different powers",
      .summary =
          "A bowl that is flatter around its minimum in each further coordinate; steps that "
          "suit one coordinate hardly move another.",
      .expression = "sum(abs(x[i])**(i + 2) for i in range(n))",
      .dimensions = From(1),
      .start = Everywhere(0.8),
      .lower = Everywhere(-1),
      .upper = Everywhere(1),
      .minimum = Always(0),
      .minimisers = Only(Everywhere(0)),
      .source = kMolgaSmutnicki,
  };
}

TestFunction Booth() {
  return {
      .name = "booth",
      .title = "Booth",
      .summary = "A tilted elliptic bowl: two linear equations as a least-squares problem.",
      .expression = "(x + 2*y - 7)**2 + (2*x + y - 5)**2",
      .scalars = kPlane,
      .dimensions = Exactly(2),
      .start = At({-6, -4}),
      .lower = Everywhere(-10),
      .upper = Everywhere(10),
      .minimum = Always(0),
      .minimisers = Only(At({1, 3})),
      .source = kSurvey,
  };
}

TestFunction Matyas() {
  return {
      .name = "matyas",
      .title = "Matyas",
      .summary = "A shallow elliptic bowl along the diagonal, condition number 25.",
      .expression = "0.26*(x**2 + y**2) - 0.48*x*y",
      .scalars = kPlane,
      .dimensions = Exactly(2),
      .start = At({-8, 3}),
      .lower = Everywhere(-10),
      .upper = Everywhere(10),
      .minimum = Always(0),
      .minimisers = Only(Everywhere(0)),
      .source = kSurvey,
  };
}

TestFunction Trid() {
  return {
      .name = "trid",
      .title = "Trid",
      .summary =
          "A quadratic bowl with a tridiagonal Hessian whose condition number grows like "
          "n^2; the minimum lies far from the start.",
      .expression = "sum((x - 1)**2) - sum(x[i]*x[i-1] for i in range(1, n))",
      .dimensions = {2, 2, 1000},
      .start = Everywhere(0),
      .lower = [](Index n) -> Vector { return Vector::Constant(n, -static_cast<double>(n * n)); },
      .upper = [](Index n) -> Vector { return Vector::Constant(n, static_cast<double>(n * n)); },
      .minimum = [](Index n) { return -static_cast<double>(n * (n + 4) * (n - 1)) / 6; },
      .minimisers = Only([](Index n) {
        Vector x(n);
        for (Index i = 0; i < n; ++i) x[i] = static_cast<double>((i + 1) * (n - i));
        return x;
      }),
      .source = "Neumaier (2003), collection of global optimization test problems",
  };
}

TestFunction Exponential() {
  return {
      .name = "exponential",
      .title = "Exponential",
      .summary =
          "A bell turned upside down: a bowl near the minimum that flattens out away from "
          "it, the more so the larger n.",
      .expression = "-exp(-0.5*sum(x**2))",
      .dimensions = {1, 2, 30},
      .start = Everywhere(0.8),
      .lower = Everywhere(-1),
      .upper = Everywhere(1),
      .minimum = Always(-1),
      .minimisers = Only(Everywhere(0)),
      .source =
          "Rahnamayan, Tizhoosh & Salama (2007), A novel population initialization method "
          "for accelerating evolutionary algorithms",
  };
}

TestFunction Brown() {
  return {
      .name = "brown",
      .title = "Brown",
      .summary =
          "Each coordinate is raised to a power that its neighbour sets: nearly quadratic "
          "at the minimum, very steep at the rim.",
      .expression =
          "sum((x[i]**2)**(x[i+1]**2 + 1) + (x[i+1]**2)**(x[i]**2 + 1)"
          " for i in range(n - 1))",
      .dimensions = From(2),
      .start = At({1.2, -0.7}),
      .lower = Everywhere(-1),
      .upper = Everywhere(4),
      .minimum = Always(0),
      .minimisers = Only(Everywhere(0)),
      .source = kSurvey,
  };
}

}  // namespace thalweg::functions
