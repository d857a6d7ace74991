#pragma once

#include <cstdint>
#include <memory>

#include "server/core/problem.h"

namespace thalweg {

/// How the findings look at the objective: never outside the bounds, no more often than allowed,
/// and in nobody's count. Everything is in the problem's sign. False means: not to be had (it
/// could not be evaluated, lies outside, or the allowance is spent), or not finite.
class Probe {
 public:
  /// Values, gradients and differences together; products with the Hessian by themselves.
  struct Allowance {
    int64_t evaluations = 0;
    int64_t products = 0;
  };
  static Allowance Usual(const Problem& problem);

  /// Gives the problem its count of evaluations back when it goes.
  Probe(Problem& problem, const Allowance& allowance);
  explicit Probe(Problem& problem) : Probe(problem, Usual(problem)) {}
  ~Probe();
  Probe(const Probe&) = delete;
  Probe& operator=(const Probe&) = delete;

  bool Value(const Vector& x, double& value);
  bool Gradient(const Vector& x, double& value, Vector& gradient);
  bool HessianTimes(const Vector& x, const Vector& v, Vector& product);
  bool Residuals(const Vector& x, Vector& residuals, Matrix& jacobian);
  /// Products so far are derivatives, not differences of gradients.
  bool exact_products() const { return exact_products_; }
  /// Evaluations left.
  int64_t left() const { return left_.evaluations; }

  Problem& problem() { return problem_; }
  Index size() const { return problem_.size(); }
  const Bounds& bounds() const { return problem_.bounds(); }
  /// The objective for those who evaluate it themselves: NaN outside the bounds and beyond the
  /// allowance. In the caller's sign.
  Objective& objective() { return *boxed_; }

 private:
  class Boxed;
  bool Allowed(const Vector& x);

  Problem& problem_;
  const Evaluations before_;
  Allowance left_;
  bool exact_products_ = true;
  std::unique_ptr<Objective> boxed_;
};

}  // namespace thalweg
