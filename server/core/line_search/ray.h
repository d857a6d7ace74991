#pragma once

#include <cstdint>

#include "absl/status/statusor.h"
#include "server/core/iterate.h"
#include "server/core/problem.h"
#include "server/core/vector.h"

namespace thalweg {

/// A point of a ray that was tried.
struct Trial {
  double step = 0;    ///< a >= 0
  double change = 0;  ///< phi(a) - phi(0)
  double slope = 0;   ///< phi'(a)
};

/// A point with what is known there, reused from step to step.
struct Place {
  Vector x;  ///< n
  double value = 0;
  Vector gradient;  ///< n
};

/// What came of a line search.
enum class Found {
  kStep,   ///< Its conditions hold at the last trial.
  kLower,  ///< They do not all hold, but the last trial is lower: it may be taken.
  kNone,   ///< Nothing lower was found: stay.
};

/// The objective along a direction d of descent: phi(a) = f(x + a*d) for 0 <= a <= longest(). What
/// a line search sees.
///
/// Near a minimiser f hardly changes while its gradient still does: the difference of two values is
/// all rounding where the slopes are not. Where the difference is no larger than that, `change` is
/// therefore the one that the slopes tell, a*(phi'(0) + phi'(a))/2. With it, sufficient decrease
/// reads phi'(a) <= (2*c1 - 1)*phi'(0): the approximate Wolfe condition of Hager & Zhang (2005),
/// eq. (4.1), for every search.
/// Slopes that promised a fall where the values last showed a rise are not believed.
class Ray {
 public:
  /// From at.x, where value and gradient are known, along `direction` with slope g'd < 0. Trials
  /// are made in `place`. All must outlive the ray.
  Ray(Problem& problem, const Iterate& at, const Vector& direction, double slope, double longest,
      Place& place);

  /// Tries the step. Where f or its slope is not finite there, shorter ones are tried until they
  /// are, each a tenth of the way from `good` (known to be finite); `trial.step` is the one that
  /// was. False where the trials are used up first.
  absl::StatusOr<bool> Try(double step, double good, Trial& trial);

  /// Ends a search whose conditions could not be met: goes back to the lowest point tried.
  absl::StatusOr<Found> Settle(Trial& trial);

  double slope() const { return slope_; }      ///< phi'(0) < 0
  double value() const { return at_.value; }   ///< phi(0)
  double longest() const { return longest_; }  ///< Shrinks where f is found not to be finite.
  int64_t trials() const { return trials_; }
  void set_max_trials(int64_t most) { max_trials_ = most; }
  /// Whether no trial is left beside the one that Settle may need.
  bool spent() const { return trials_ + (best_.step > 0 ? 1 : 0) >= max_trials_; }
  /// Whether nothing but NaN and infinity was met.
  bool never_finite() const { return !finite_; }

 private:
  absl::Status Evaluate(double step, Trial& trial);

  Problem& problem_;
  const Iterate& at_;
  const Vector& direction_;
  const double slope_;
  double longest_;
  Place& place_;
  int64_t max_trials_ = 1;
  int64_t trials_ = 0;
  bool finite_ = false;        // whether any trial was
  double last_ = 0;            // step of the last trial
  bool contradicted_ = false;  // whether values last rose where slopes told of a fall
  Trial best_;                 // the lowest; the start where none is lower
};

/// Differences of values up to this part of |f| are taken for rounding: 64 times that of one
/// operation, for f is the sum of many.
inline constexpr double kValueRounding = 64 * 2.220446049250313e-16;

}  // namespace thalweg
