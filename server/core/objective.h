#pragma once

#include <optional>
#include <string>

#include "absl/status/status.h"
#include "server/core/layout.h"
#include "server/core/vector.h"

namespace thalweg {

class Penalty;
class RowObjective;

/// What the formula of f shows without evaluating it. Every claim is sound, none is complete.
struct Traits {
  /// Whether f is smooth wherever it is finite; false: it may have kinks or jumps. Nothing: not
  /// known.
  std::optional<bool> smooth = std::nullopt;
  std::string kink = "";   ///< Where `smooth` is false: such a piece, "abs(x)".
  bool quadratic = false;  ///< A polynomial of degree 2 at most.
};

/// A function from R^n to R that can be evaluated. An instance belongs to one run and one thread at
/// a time (it may keep scratch memory); what is costly to make is shared between instances.
///
/// A value or gradient that is NaN or infinite is returned as it is; deciding what that means is
/// the caller's business. A status is for evaluations that could not be carried out at all.
class Objective {
 public:
  virtual ~Objective() = default;

  /// Names and places of the n coordinates.
  virtual const Layout& layout() const = 0;

  /// f(x), with x of size n.
  virtual absl::Status Value(const Vector& x, double& value) = 0;

  /// f(x) and its gradient; `gradient` has size n already.
  virtual absl::Status ValueAndGradient(const Vector& x, double& value, Vector& gradient) = 0;

  /// The Hessian at x times v: the gradient's derivative along v; `product` has size n already.
  /// UNIMPLEMENTED where no second derivative is known.
  virtual absl::Status HessianVector(const Vector& x, const Vector& v, Vector& product);

  /// f at every column of `points` (n x p); `values` has size p already. The bits are those of
  /// one point at a time.
  virtual absl::Status Values(const Matrix& points, Vector& values);
  /// `gradients` has the shape of `points` already.
  virtual absl::Status ValuesAndGradients(const Matrix& points, Vector& values, Matrix& gradients);

  /// m where f is known to be the sum of squares of m residuals r(x); 0 where it is not.
  virtual Index residual_count() const { return 0; }
  /// r(x); `residuals` has size m already. UNIMPLEMENTED where m is 0.
  virtual absl::Status Residuals(const Vector& x, Vector& residuals);
  /// r(x) and dr/dx, which is m x n already. The gradient of f is 2 J'r.
  virtual absl::Status ResidualsAndJacobian(const Vector& x, Vector& residuals, Matrix& jacobian);

  /// Where f is a mean over rows of data: itself, with what can be asked of rows. See rows.h.
  virtual RowObjective* rows() { return nullptr; }

  /// Where f has a part with kinks that is known apart: that part. Value and gradient are of all of
  /// f, the gradient the shortest subgradient. See penalty.h.
  virtual const Penalty* penalty() const { return nullptr; }
  /// f and its gradient without that part.
  virtual absl::Status SmoothValueAndGradient(const Vector& x, double& value, Vector& gradient) {
    return ValueAndGradient(x, value, gradient);
  }

  /// Whether the gradient's norm is wanted by variable: where they are layers.
  virtual bool layered() const { return false; }

  virtual Traits traits() const { return {}; }

  /// In one line, which subexpression first gives NaN or infinity at x, and from which operands;
  /// empty where all is finite or the objective cannot tell.
  virtual std::string ExplainNonFinite(const Vector& x) = 0;
};

}  // namespace thalweg
