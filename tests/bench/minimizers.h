#pragma once

#include <cmath>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "tests/bench/mgh_functions.h"

namespace thalweg::bench {

/// A function under watch: evaluations are counted until one is within 1e-8 of the starting gap of
/// a minimum. Solvers ask `reached` once per iteration, or have `stop_value`.
class Watched {
 public:
  explicit Watched(const SmoothFunction& function) : function_(function) {
    std::vector<double> gradient(function.start.size());
    const double start = function.evaluate(function.start.data(), gradient.data(), n());
    for (const double minimum : function.minima) {
      const double margin = 1e-8 * (start - minimum);
      // A local minimum counts for values at it; the lowest for all below.
      const bool lowest = &minimum == &function.minima.front();
      targets_.push_back({lowest ? -1e300 : minimum - margin, minimum + margin});
    }
  }

  int n() const { return static_cast<int>(function_.start.size()); }
  const std::vector<double>& start() const { return function_.start; }
  double Evaluate(const double* x, double* g) {
    const double f = function_.evaluate(x, g, n());
    if (!reached_) {
      ++evaluations_;
      for (const auto& [low, high] : targets_) reached_ = reached_ || (f >= low && f <= high);
    }
    return f;
  }
  bool reached() const { return reached_; }
  int64_t evaluations() const { return evaluations_; }

 private:
  struct Target {
    double low, high;
  };
  const SmoothFunction& function_;
  std::vector<Target> targets_;
  bool reached_ = false;
  int64_t evaluations_ = 0;
};

/// A method of some library.
struct Minimizer {
  std::string name;
  bool dense = false;  ///< Keeps a matrix: left out where n is large.
  /// Minimises from the start until reached, or it gives up. Returns the iterations.
  std::function<int64_t(Watched&)> solve;
  /// Seconds for so many solves.
  std::function<double(const SmoothFunction&, int repeats)> time;
};

/// Ours, then those of the libraries that were found when this was built.
std::vector<Minimizer> Minimizers();

}  // namespace thalweg::bench
