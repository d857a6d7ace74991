#pragma once

#include <span>
#include <string>
#include <vector>

namespace thalweg::bench {

/// An unconstrained problem, written by hand for every library alike: no matrix library, no
/// allocation.
struct SmoothFunction {
  std::string name;
  std::vector<double> start;
  /// The published minima that are attained; problem 2 has two, reaching any counts.
  std::vector<double> minima;
  /// f at x (n coordinates), and its gradient into g.
  double (*evaluate)(const double* x, double* g, int n);
};

/// Problems 1 to 18 of Moré, Garbow & Hillstrom (1981), ACM TOMS 7, 17-41.
std::span<const SmoothFunction> MghFunctions();

/// Problem 21, extended Rosenbrock, n even.
SmoothFunction ExtendedRosenbrock(int n);

}  // namespace thalweg::bench
