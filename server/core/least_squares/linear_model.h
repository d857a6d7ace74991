#pragma once

#include <Eigen/QR>

#include "absl/status/status.h"
#include "server/core/bounds.h"
#include "server/core/least_squares/loss.h"
#include "server/core/problem.h"

namespace thalweg {

/// A step of the damped model, in scaled coordinates, and how its length answers to the damping.
struct DampedStep {
  Vector q;          ///< n
  double slope = 0;  ///< -d(||q||^2 / 2) / d(lambda); 0 where lambda = 0.
};

/// Residuals r and Jacobian J at a point, as the least-squares methods see them: the model
/// ||r + J p||^2 of f at x + p. It works in scaled coordinates q = p / scale, in which no column
/// of J is longer than 1 (Moré (1978): `scale` is 1 over the longest that each has been), so that
/// the units of x do not matter. J is kept as the R of its QR: J'J, which would square its
/// condition, is never formed.
class LinearModel {
 public:
  /// Evaluates r and J at `x`, under `loss`. `lengths` (n; empty at first) are the longest columns
  /// so far and are brought up to date. Where a result is not finite no step must be asked for.
  absl::Status Make(Problem& problem, const Loss& loss, const Vector& x, Vector& lengths);

  const Vector& x() const { return x_; }
  double value() const { return value_; }               ///< ||r||^2
  const Vector& gradient() const { return gradient_; }  ///< n: 2 J'r
  bool finite() const { return finite_; }
  /// ||x / scale||, for comparison with the length of a step.
  double size_of_x() const { return x_.cwiseQuotient(scale_).norm(); }
  /// What r can owe to the rounding of x alone: the length of eps |J| |x|.
  double rounding() const;
  /// The minimiser of the model within the bounds.
  const Vector& gauss_newton() const { return gauss_newton_; }
  /// Sine of the angle between r and what it would be after that step: the part of r that the
  /// tangent plane can still take away (Bates & Watts (1981): the relative offset).
  double offset() const { return offset_; }
  /// Half the gradient in scaled coordinates.
  Vector slope() const { return r_.transpose() * c_; }

  /// ||J p||
  double Change(const Vector& q) const { return (r_ * q).norm(); }
  /// ||r||^2 - ||r + J p||^2.
  double Reduction(const Vector& q) const;
  /// Minimises ||r + J p||^2 + lambda ||q||^2 within the bounds. lambda = 0 gives the Gauss-Newton
  /// step: the shortest where there are many.
  DampedStep Damped(double lambda) const;
  /// A step down the steepest descent, bent at the bounds, that gains a fair part of what the
  /// model promises on that path (Moré & Toraldo (1991), eq. 4.3).
  Vector Cauchy() const;
  /// The geodesic acceleration of a step v of damping lambda, from the residuals at x + h v:
  /// what the residuals' curvature along v adds to v, to second order, is half of it
  /// (Transtrum & Sethna (2012), eq. 13 and 17).
  Vector Acceleration(const Vector& v, double lambda, double h, Vector residuals) const;
  /// The nearest step within the bounds.
  Vector Within(const Vector& q) const;
  /// x + scale * q, within the bounds, and exactly on those that q reaches.
  Vector Moved(const Vector& q) const;

 private:
  const Bounds* bounds_ = nullptr;  // the problem's
  bool finite_ = false;
  Vector x_;
  double value_ = 0;
  Vector gradient_;
  Vector scale_;       // n, > 0
  Matrix r_;           // k x n, upper trapezoidal, k = min(m, n): Q'J times scale
  Vector c_;           // k: Q'r
  Vector low_, high_;  // n, or empty: where the bounds leave q
  Vector gauss_newton_;
  double offset_ = 0;
  Eigen::HouseholderQR<Matrix> qr_;  // of J times scale
};

}  // namespace thalweg
