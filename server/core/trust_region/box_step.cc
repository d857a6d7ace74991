#include "server/core/trust_region/box_step.h"

#include <algorithm>
#include <limits>

namespace thalweg {
namespace {

constexpr int kMostRounds = 50;

class BoxStep {
 public:
  BoxStep(const Bounds& bounds, const Vector& x, const Vector& gradient, ModelStep& step)
      : gradient_(gradient), low_(bounds.lower - x), high_(bounds.upper - x), step_(step) {
    step.w.setZero(x.size());
    step.hw.setZero(x.size());
    free_ = FreeCoordinates(bounds, x, gradient);
  }

  const Vector& free() const { return free_; }
  Vector Slope() const { return gradient_ + step_.hw; }

  // Adds as much of `part` as the walls allow; whether that was all.
  absl::StatusOr<bool> Add(const HessianProduct& hessian, const ModelStep& part) {
    const Vector end = step_.w + part.w;
    ModelStep bent;
    bent.w = end.cwiseMax(low_).cwiseMin(high_);
    if (bent.w == end) {
      step_.w = end;
      step_.hw += part.hw;
      return true;
    }
    absl::Status status = hessian(bent.w, bent.hw);
    if (!status.ok()) return status;
    constexpr double kEnough = 0.01;
    const double promised = -Slope().dot(bent.w - step_.w);
    const double gained = bent.Reduction(gradient_) - step_.Reduction(gradient_);
    if (promised > 0 && gained >= kEnough * promised) {
      step_.w = bent.w;
      step_.hw = bent.hw;
    } else {
      GoToFirstWall(part);
    }
    for (Index i = 0; i < free_.size(); ++i) {
      if (step_.w[i] <= low_[i] || step_.w[i] >= high_[i]) free_[i] = 0;
    }
    return false;
  }

 private:
  void GoToFirstWall(const ModelStep& part) {
    const auto room = [&](Index i) {  // how much of the part the walls of i allow
      const double end = step_.w[i] + part.w[i];
      if (end < low_[i]) return (low_[i] - step_.w[i]) / part.w[i];
      if (end > high_[i]) return (high_[i] - step_.w[i]) / part.w[i];
      return std::numeric_limits<double>::infinity();
    };
    double t = 1;
    for (Index i = 0; i < free_.size(); ++i) t = std::min(t, room(i));
    for (Index i = 0; i < free_.size(); ++i) {
      const bool hit = room(i) <= t;
      step_.w[i] = hit ? (part.w[i] < 0 ? low_[i] : high_[i]) : step_.w[i] + t * part.w[i];
    }
    step_.hw += t * part.hw;
  }

  const Vector& gradient_;
  const Vector low_, high_;  // n: the walls, from x
  Vector free_;              // n: 1 or 0
  ModelStep& step_;
};

}  // namespace

absl::Status StepInBox(const Bounds& bounds, const Vector& x, const Vector& gradient, double radius,
                       const HessianProduct& hessian, const FreeSolver& solve, ModelStep& step) {
  if (!bounds.any()) return solve(gradient, Vector::Ones(x.size()), radius, step);
  BoxStep box(bounds, x, gradient, step);
  double left = radius;
  bool bounded = false;
  bool negative = false;
  for (int round = 0; round < kMostRounds && left > 0 && box.free().any(); ++round) {
    ModelStep part;
    absl::Status status = solve(box.Slope(), box.free(), left, part);
    if (!status.ok()) return status;
    const absl::StatusOr<bool> whole = box.Add(hessian, part);
    if (!whole.ok()) return whole.status();
    negative = negative || part.negative;
    bounded = bounded || part.bounded;
    if (*whole) break;
    left = radius - step.w.norm();
  }
  step.bounded = bounded;
  step.negative = negative;
  return absl::OkStatus();
}

absl::Status SteepestInBox(const Bounds& bounds, const Vector& x, const Vector& gradient,
                           double radius, const HessianProduct& hessian, ModelStep& step) {
  const Vector down = -gradient.cwiseProduct(FreeCoordinates(bounds, x, gradient));
  const double length = down.norm();
  step.bounded = true;
  absl::Status known = hessian(down, step.hw);
  if (!known.ok()) return known;
  const double curvature = down.dot(step.hw);
  double t = length > 0 ? radius / length : 0;
  if (curvature > 0) t = std::min(t, length * length / curvature);
  constexpr int kMostHalvings = 30;
  for (int i = 0; i < kMostHalvings; ++i, t /= 2) {
    step.w = t * down;
    if (bounds.any()) step.w = step.w.cwiseMax(bounds.lower - x).cwiseMin(bounds.upper - x);
    absl::Status status = hessian(step.w, step.hw);
    if (!status.ok()) return status;
    if (!step.hw.allFinite()) step.hw.setZero();  // then f has to decide
    constexpr double kEnough = 0.2;
    if (step.Reduction(gradient) >= -kEnough * gradient.dot(step.w)) break;
  }
  return absl::OkStatus();
}

Vector FreeCoordinates(const Bounds& bounds, const Vector& x, const Vector& gradient) {
  Vector free = Vector::Ones(x.size());
  if (!bounds.any()) return free;
  for (Index i = 0; i < x.size(); ++i) {
    const bool held = (x[i] <= bounds.lower[i] && gradient[i] >= 0) ||
                      (x[i] >= bounds.upper[i] && gradient[i] <= 0);
    if (held) free[i] = 0;
  }
  return free;
}

Vector MovedWithin(const Bounds& bounds, const Vector& x, const Vector& p) {
  Vector moved = x + p;
  if (!bounds.any()) return moved;
  for (Index i = 0; i < x.size(); ++i) {
    if (p[i] < 0 && p[i] <= bounds.lower[i] - x[i]) moved[i] = bounds.lower[i];
    if (p[i] > 0 && p[i] >= bounds.upper[i] - x[i]) moved[i] = bounds.upper[i];
  }
  bounds.Project(moved);
  return moved;
}

}  // namespace thalweg
