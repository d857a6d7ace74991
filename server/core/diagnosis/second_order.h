#pragma once

#include <optional>

#include "server/core/certificate.h"
#include "server/core/diagnosis/probe.h"
#include "server/core/iterate.h"
#include "server/core/spectrum.h"

namespace thalweg {

/// The problem around its best iterate, in the problem's sign. Coordinates held by a bound (where x
/// is and the gradient pushes) are left out of gradient and Hessian: zeros, and rows of zeros.
struct SecondOrder {
  double value = 0;
  Vector gradient;          ///< n; whole.
  Vector reduced_gradient;  ///< n; zero in `held` coordinates.
  std::vector<char> held;   ///< n; whether a bound holds the coordinate.
  Index free = 0;           ///< Coordinates not held.
  /// Of the free coordinates only, free x free, in their order; empty beyond kMostDenseRows.
  std::optional<Matrix> hessian;
  std::optional<Eigensystem> eigen;  ///< Of `hessian`.
  /// Of D H D, where D makes the diagonal 1 in size: of the same signs as `eigen`, whatever units
  /// the variables have, and without the rounding that those of other sizes bring.
  std::optional<Eigensystem> scaled;
  Vector scale;                      ///< The diagonal of D; free coordinates.
  std::optional<Extremes> extremes;  ///< `direction` has n coordinates.
  double resolution = 0;             ///< Curvatures below this are not told from 0.
  double zero = 0;                   ///< The same for `scaled`.

  /// Whether f curves upwards, or downwards, in every direction; false where that is not known.
  bool curves_up() const { return scaled && scaled->values[0] > zero; }
  bool curves_down() const { return scaled && scaled->values[free - 1] < -zero; }
  /// Whether some direction curves downwards.
  bool has_descent() const {
    return scaled ? scaled->values[0] < -zero : extremes && extremes->least < -resolution;
  }
  /// A unit direction of n coordinates for the k-th eigenvector of `scaled`.
  Vector Direction(Index k) const;
  /// A vector over the free coordinates, among all n.
  Vector Spread(const Vector& over_free) const;
};

/// Nothing where the gradient could not be had. `with_curvature`: the Hessian as well, where there
/// are free coordinates. `steps`: of Lanczos, where the Hessian is too large to be looked at whole.
std::optional<SecondOrder> LookAround(Probe& probe, const Vector& x, bool with_curvature,
                                      Index steps);

/// Whether the gradient is no more than what the rounding of x makes of it; false where the Hessian
/// is not known.
bool IsRounding(const SecondOrder& around, const Vector& x);

/// A point that is clearly lower than x along +v or -v.
struct Lower {
  double step = 0;  ///< x + step * v
  double value = 0;
};

/// Whether the value falls from x along v (unit), seen over steps of 1e-3 to 1e-1 of max(1, |x|):
/// at all of them the mean of both sides is lower by more than rounding, or, where that is flat
/// (`either`), one side is. What the gradient still makes cancels in the mean.
std::optional<Lower> LowerAlong(Probe& probe, const Vector& x, double value, const Vector& v,
                                bool either);

}  // namespace thalweg
