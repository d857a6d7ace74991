#pragma once

#include <string>
#include <vector>

#include "server/core/vector.h"

namespace thalweg {

/// A robust loss: f = sum of s^2 rho(r^2 / s^2) in place of the sum of squares, with s = scale the
/// size from which on residuals count as outliers. Near 0 every rho(z) is z. As SciPy's
/// least_squares and Ceres define them, without the factor 1/2:
///
///   squared  z                    soft_l1  2 (sqrt(1 + z) - 1)
///   huber    z, 2 sqrt(z) - 1     cauchy   log(1 + z)
///   arctan   atan(z)              tukey    (1 - (1 - z)^3) / 3, 1/3 where z > 1
///
/// Each is applied as what it is: the square of another residual, sign(r) s sqrt(rho(r^2/s^2)),
/// so that f is a sum of squares again and every method for those minimises the robust f itself.
class Loss {
 public:
  /// `kind` is one of Kinds().
  Loss(const std::string& kind, double scale);
  static std::vector<std::string> Kinds();

  /// In place: residuals (m) into those whose squares add up to the loss.
  void Apply(Vector& residuals) const;
  /// The same, with the rows of the Jacobian (m x n) scaled to match.
  void Apply(Vector& residuals, Matrix& jacobian) const;

 private:
  struct Bent {
    double value;  // rho(z) / z
    double slope;  // rho'(z)
  };
  double Relative(double residual) const;  // z
  Bent At(double z) const;

  enum class Kind { kSquared, kSoftL1, kHuber, kCauchy, kArctan, kTukey };
  Kind kind_;
  double scale_;
};

}  // namespace thalweg
