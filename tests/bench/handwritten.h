#pragma once

#include <vector>

/// Value and gradient of the benchmark's objectives as an expert writes them in C++: one fused
/// loop, what is invariant hoisted, the C library's functions. Compiled with `-O3 -march=native`
/// and nothing else (CMakeLists.txt): no fast-math, no intrinsics, no lanes by hand.
namespace thalweg::handwritten {

/// What an objective is given beside x.
struct Data {
  int n = 0;        ///< Length of x, all unknowns together.
  int rows = 0;     ///< Of the data.
  int columns = 0;  ///< Of inputs, which lie row by row.
  std::vector<double> inputs;
  std::vector<double> targets;
};

/// Returns f(x) and overwrites g, of length data.n.
using Function = double (*)(const Data& data, const double* x, double* g);

double Rosenbrock2(const Data&, const double* x, double* g);
double Rosenbrock(const Data&, const double* x, double* g);
double Rastrigin(const Data&, const double* x, double* g);
double Ackley(const Data&, const double* x, double* g);
double XCosX(const Data&, const double* x, double* g);
/// x: 3 logits of the weights, 3 means, 3 logarithms of the deviations.
double Mixture(const Data&, const double* x, double* g);
double Logistic(const Data&, const double* x, double* g);
/// The mean of the losses + 0.01/2 ||x||^2.
double LogisticMean(const Data&, const double* x, double* g);
/// x: W (10 x 16, row by row), b (16), v (16), c.
double Perceptron(const Data&, const double* x, double* g);
double Misra1a(const Data&, const double* x, double* g);
double Thurber(const Data&, const double* x, double* g);

}  // namespace thalweg::handwritten
