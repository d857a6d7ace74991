#include "server/core/optimizers/bfgs.h"

#include <algorithm>
#include <cmath>

#include "server/core/entry_of.h"

namespace thalweg {
namespace {

// The matrix of so many coordinates takes 128 MiB, and is part of every checkpoint.
constexpr Index kMostCoordinates = 4096;

// How much more s'Gs the values tell of than s'y, along a cubic: 2*(f - f_new) + (g + g_new)'s.
// Nothing where that is less, or no more than the rounding of f.
double MissedCurvature(double value, double new_value, double slopes, double step) {
  const double missed = 2 * (value - new_value) + step * slopes;
  return missed > kValueRounding * std::abs(value) ? missed : 0;
}

}  // namespace

OptionTable<Bfgs::Options> Bfgs::Table() {
  return {
      {"value_correction",
       &Options::value_correction,
       {},
       "learns the curvature from the values too, not from the gradients alone"},
      {"line_search", &Options::line_search, From("line search"), "how step lengths are found"}};
}

absl::StatusOr<std::unique_ptr<Optimizer>> Bfgs::Make(const Options& options) {
  auto search = MakeLineSearch(options.line_search);
  if (!search.ok()) return search.status();
  return std::unique_ptr<Optimizer>(new Bfgs(options, *std::move(search)));
}

Capabilities Bfgs::capabilities() const { return {.most_coordinates = kMostCoordinates}; }

void Bfgs::Fit(Index n) {
  if (inverse_.rows() != n) inverse_.resize(0, 0);
  y_.resize(n);
  u_.resize(n);
}

void Bfgs::Direct(const Bounds& /*bounds*/, const Iterate& at, Vector& direction) {
  direction.noalias() = -inverse_ * at.gradient;
}

// H + s*w' + w*s' with w = (1 + y'Hy/s'y)/(2*s'y)*s - Hy/s'y: eq. (6.17) multiplied out.
void Bfgs::Learn(const Move& move) {
  if (!move.teaches()) return;
  const double a = move.step;
  const Vector& d = move.direction;
  double sy = move.curvature();
  y_ = move.after.gradient - move.before.gradient;
  if (corrected_) {
    const double missed = MissedCurvature(move.before.value, move.after.value,
                                          move.slope_before + move.slope_after, a);
    if (missed > 0) {
      sy += missed;
      y_ += missed / (a * d.squaredNorm()) * d;
    }
  }

  const Index n = y_.size();
  if (inverse_.rows() != n) {
    inverse_.setZero(n, n);
    inverse_.diagonal().setConstant(std::max(1.0, sy / y_.squaredNorm()));
  }
  u_.noalias() = inverse_ * y_;
  const double yhy = y_.dot(u_);
  u_ = (a * (1 + yhy / sy) / (2 * sy)) * d - u_ / sy;  // w
  for (Index j = 0; j < n; ++j) inverse_.col(j) += (a * u_[j]) * d + (a * d[j]) * u_;
}

OptimizerEntry BfgsEntry() {
  return EntryOf<Optimizer, Bfgs>(
      {.name = "bfgs",
       .title = "BFGS",
       .summary =
           "Learns the inverse of the Hessian from the changes of the gradient, and steps as "
           "Newton's method would.",
       .formula = "x -= a*H*g; H = (I - r*s*y')*H*(I - r*y*s') + r*s*s', r = 1/(y's)",
       .source = "Broyden, Fletcher, Goldfarb & Shanno (1970); Nocedal & Wright (2006), ch. 6",
       .advice = "The first choice for a smooth objective of up to a few hundred variables without "
                 "bounds: it needs the fewest evaluations. Each step takes n x n operations; use "
                 "lbfgs for more variables.",
       .example = "thalweg minimize --function beale --optimizer bfgs"});
}

}  // namespace thalweg
