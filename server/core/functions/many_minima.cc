#include "server/core/functions/many_minima.h"

#include <algorithm>
#include <array>

#include "server/core/functions/rules.h"

namespace thalweg::functions {

TestFunction Rastrigin() {
  return {
      .name = "rastrigin",
      .title = "Rastrigin",
      .summary =
          "A bowl under a regular ripple: about 10^n minima in the box, one near each "
          "point with whole coordinates.",
      .expression = "10*n + sum(x**2 - 10*cos(2*pi*x))",
      .dimensions = From(1),
      .start = At({3.3, -2.4}),
      .lower = Everywhere(-5.12),
      .upper = Everywhere(5.12),
      .minimum = Always(0),
      .minimisers = Only(Everywhere(0)),
      .source =
          "Rastrigin (1974), Systems of Extremal Control; in n dimensions after Muehlenbein, "
          "Schomisch & Born (1991)",
  };
}

TestFunction Ackley() {
  return {
      .name = "ackley",
      .title = "Ackley",
      .summary =
          "A nearly flat, rippled plain with a funnel in the middle; the minimum is a cusp, "
          "without a gradient.",
      .expression = "20 + exp(1) - 20*exp(-0.2*norm(x)/sqrt(n)) - exp(mean(cos(2*pi*x)))",
      .dimensions = From(1),
      .start = At({2.6, -1.3}),
      .lower = Everywhere(-32.768),
      .upper = Everywhere(32.768),
      .minimum = Always(0),
      .minimisers = Only(Everywhere(0)),
      .smooth = false,
      .source = "Ackley (1987), A Connectionist Machine for Genetic Hillclimbing",
  };
}

TestFunction Griewank() {
  return {
      .name = "griewank",
      .title = "Griewank",
      .summary =
          "A wide bowl with a fine ripple: from afar convex, close by full of minima. The "
          "ripple fades as n grows.",
      .expression = "1 + sum(x**2)/4000 - prod(cos(x[i]/sqrt(i + 1)) for i in range(n))",
      .dimensions = From(1),
      .start = At({-70, 45}),
      .lower = Everywhere(-600),
      .upper = Everywhere(600),
      .minimum = Always(0),
      .minimisers = Only(Everywhere(0)),
      .source = "Griewank (1981), Generalized descent for global optimization",
  };
}

TestFunction Levy() {
  return {
      .name = "levy",
      .title = "Levy",
      .summary = "Rippled valleys, parallel to the axes, that cross at the minimum.",
      .expression =
          "w = 1 + (x - 1)/4\n"
          "sin(pi*w[0])**2"
          " + sum((w[i] - 1)**2*(1 + 10*sin(pi*w[i] + 1)**2) for i in range(n - 1))"
          " + (w[n-1] - 1)**2*(1 + sin(2*pi*w[n-1])**2)",
      .dimensions = From(1),
      .start = At({-4, 6}),
      .lower = Everywhere(-10),
      .upper = Everywhere(10),
      .minimum = Always(0),
      .minimisers = Only(Everywhere(1)),
      .source =
          "Levy & Montalvo (1985), The tunneling algorithm for the global minimization of "
          "functions",
  };
}

// The published 418.9829 leaves a minimum of 2.5e-5 n; its further digits make it zero.
TestFunction Schwefel() {
  return {
      .name = "schwefel",
      .title = "Schwefel",
      .summary =
          "The lowest minimum lies near a corner of the box, far from the second lowest: "
          "what was learnt from good points misleads.",
      .expression = "418.9828872724338*n - sum(x*sin(sqrt(abs(x))))",
      .dimensions = From(1),
      .start = At({200, -100}),
      .lower = Everywhere(-500),
      .upper = Everywhere(500),
      .minimum = Always(0),
      .minimisers = Only(Everywhere(420.96874635998203)),
      .lowest_everywhere = false,
      .smooth = false,
      .source =
          "Schwefel (1981), Numerical Optimization of Computer Models: problem 2.26, raised "
          "so that its minimum is 0",
  };
}

TestFunction Michalewicz() {
  struct Coordinate {
    double minimiser;
    double minimum;
  };
  // The function is a sum of functions of one coordinate each, so that their minima add up. Found
  // by bisection of the derivative in 50 digits; the sums for n = 2, 5 and 10 are the published
  // -1.8013, -4.687658 and -9.66015.
  static constexpr std::array<Coordinate, 10> kCoordinates = {{
      {2.2029055201726093, -0.80130341009855253},
      {1.5707963267948966, -1.0},
      {1.2849915705529244, -0.95909126989600595},
      {1.9230584698663628, -0.93846241847208341},
      {1.7204697725658413, -0.98880108062150436},
      {1.5707963267948966, -1.0},
      {1.4544139713623790, -0.99322713535588160},
      {1.7560865209450264, -0.98287203627221060},
      {1.6557174168210291, -0.99639436492510295},
      {1.5707963267948966, -1.0},
  }};
  return {
      .name = "michalewicz",
      .title = "Michalewicz",
      .summary =
          "Narrow, crossing gorges in a plain: n! minima, and almost no slope outside of "
          "them.",
      .expression = "-sum(sin(x[i])*sin((i + 1)*x[i]**2/pi)**20 for i in range(n))",
      .dimensions = {1, 2, 10},
      .start = At({2.0, 1.7, 1.4}),
      .lower = Everywhere(0),
      .upper = Everywhere(3.141592653589793),
      .minimum =
          [](Index n) {
            double sum = 0;
            for (Index i = 0; i < n; ++i) sum += kCoordinates[static_cast<size_t>(i)].minimum;
            return sum;
          },
      .minimisers = Only([](Index n) {
        Vector x(n);
        for (Index i = 0; i < n; ++i) x[i] = kCoordinates[static_cast<size_t>(i)].minimiser;
        return x;
      }),
      .lowest_everywhere = false,
      .source = "Michalewicz (1992), Genetic Algorithms + Data Structures = Evolution Programs",
  };
}

TestFunction Salomon() {
  return {
      .name = "salomon",
      .title = "Salomon",
      .summary =
          "Rings of hills and moats around the minimum, which is a cusp: every path to it "
          "crosses all the rings.",
      .expression = "1 - cos(2*pi*norm(x)) + 0.1*norm(x)",
      .dimensions = From(1),
      .start = At({1.3, -0.9}),
      .lower = Everywhere(-100),
      .upper = Everywhere(100),
      .minimum = Always(0),
      .minimisers = Only(Everywhere(0)),
      .smooth = false,
      .source =
          "Salomon (1996), Re-evaluating genetic algorithm performance under coordinate "
          "rotation of benchmark functions",
  };
}

}  // namespace thalweg::functions
