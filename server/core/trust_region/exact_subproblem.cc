#include "server/core/trust_region/exact_subproblem.h"

#include <Eigen/Eigenvalues>
#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

namespace thalweg {
namespace {

/// The step in the coordinates of the eigenvectors, as a function of lambda > -eigenvalues[0].
class Secular {
 public:
  Secular(const Vector& eigenvalues, const Vector& slopes)
      : eigenvalues_(eigenvalues), slopes_(slopes) {}

  Vector StepAt(double lambda) const {
    Vector step(slopes_.size());
    for (Index i = 0; i < step.size(); ++i) {
      step[i] = slopes_[i] == 0 ? 0 : -slopes_[i] / (eigenvalues_[i] + lambda);
    }
    return step;
  }

  // lambda > floor with ||StepAt(lambda)|| = radius, where the length at `floor` exceeds it: by
  // Newton's method on 1 / ||w|| - 1 / radius, safeguarded by bisection.
  double LambdaFor(double radius, double floor) const {
    double low = floor;
    double high = floor + slopes_.norm() / radius;
    double lambda = high;
    constexpr int kMostIterations = 200;
    for (int i = 0; i < kMostIterations; ++i) {
      const Vector w = StepAt(lambda);
      const double length = w.norm();
      if (std::abs(length - radius) <= 1e-12 * radius) break;
      (length > radius ? low : high) = lambda;
      double curvature = 0;  // w' inv(H + lambda I) w
      for (Index k = 0; k < w.size(); ++k) {
        if (w[k] != 0) curvature += w[k] * w[k] / (eigenvalues_[k] + lambda);
      }
      const double next = lambda + (length - radius) / radius * (length * length / curvature);
      lambda = next > low && next < high ? next : low + (high - low) / 2;
      if (lambda <= low || lambda >= high) break;
    }
    return lambda;
  }

 private:
  const Vector& eigenvalues_;
  const Vector& slopes_;
};

struct Solution {
  Vector w;
  bool bounded = false;
  bool negative = false;
};

Solution Solve(const Matrix& hessian, const Vector& gradient, double radius) {
  const Index n = gradient.size();
  Solution solution;
  const Eigen::SelfAdjointEigenSolver<Matrix> solver(hessian);
  const Vector& eigenvalues = solver.eigenvalues();  // ascending
  Vector slopes = solver.eigenvectors().transpose() * gradient;
  const double size = std::max(std::abs(eigenvalues[0]), std::abs(eigenvalues[n - 1]));
  const double rounding = static_cast<double>(n) * std::numeric_limits<double>::epsilon();
  // Parts of g that are rounding alone must not be divided by eigenvalues that are rounding too.
  for (double& slope : slopes) {
    if (std::abs(slope) <= rounding * gradient.norm()) slope = 0;
  }
  const Secular secular(eigenvalues, slopes);
  const double lowest = eigenvalues[0];
  solution.negative = lowest < -rounding * size;

  Vector w;
  if (lowest > rounding * size) {
    w = secular.StepAt(0);
    if (w.norm() > radius) {
      w = secular.StepAt(secular.LambdaFor(radius, 0));
      solution.bounded = true;
    }
  } else {
    // The limit of the step as lambda falls to -lowest: finite in the hard case alone.
    Vector limit(n);
    for (Index i = 0; i < n; ++i) {
      const double gap = eigenvalues[i] - lowest;
      if (gap <= rounding * size) {
        limit[i] = slopes[i] == 0 ? 0 : std::numeric_limits<double>::infinity();
      } else {
        limit[i] = -slopes[i] / gap;
      }
    }
    const double length = limit.norm();
    if (length > radius) {
      w = secular.StepAt(secular.LambdaFor(radius, std::max(0.0, -lowest)));
      solution.bounded = true;
    } else {
      w = limit;
      if (solution.negative) {  // along the eigenvector, up to the radius
        w[0] = std::sqrt(std::max(0.0, radius * radius - length * length));
        solution.bounded = true;
      }
    }
  }
  solution.w = solver.eigenvectors() * w;
  return solution;
}

}  // namespace

void SolveExactly(const Matrix& hessian, const Vector& gradient, const Vector& free, double radius,
                  ModelStep& step) {
  step.w.setZero(gradient.size());
  step.hw.setZero(gradient.size());
  step.bounded = step.negative = false;
  std::vector<Index> kept;
  for (Index i = 0; i < free.size(); ++i) {
    if (free[i] != 0) kept.push_back(i);
  }
  if (kept.empty()) return;
  if (!hessian.allFinite()) {
    step.negative = true;
    return;
  }
  const Solution solution = Solve(hessian(kept, kept), gradient(kept), radius);
  step.w(kept) = solution.w;
  step.hw = hessian * step.w;
  step.bounded = solution.bounded;
  step.negative = solution.negative;
}

}  // namespace thalweg
