#pragma once

#include <string>

#include "absl/status/status.h"
#include "server/core/layout.h"
#include "server/core/vector.h"

namespace thalweg {

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

  /// In one line, which subexpression first gives NaN or infinity at x, and from which operands;
  /// empty where all is finite or the objective cannot tell.
  virtual std::string ExplainNonFinite(const Vector& x) = 0;
};

}  // namespace thalweg
