#include "server/core/trust_region/conjugate_gradient.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace thalweg {
namespace {

// t > 0 with ||w + t d|| = radius, without cancellation.
double ToRadius(const Vector& w, const Vector& d, double radius) {
  const double a = d.squaredNorm();
  const double b = w.dot(d);
  const double c = radius * radius - w.squaredNorm();
  const double root = std::sqrt(std::max(0.0, b * b + a * c));
  return b > 0 ? c / (b + root) : (root - b) / a;
}

}  // namespace

absl::Status SolveByCg(const HessianProduct& hessian, const Vector& gradient, const Vector& free,
                       const CgLimits& limits, ModelStep& step) {
  step.w.setZero(gradient.size());
  step.hw.setZero(gradient.size());
  step.bounded = step.negative = false;
  Vector r = -gradient.cwiseProduct(free);
  Vector d = r;
  Vector hd;
  double rr = r.squaredNorm();
  const double goal = limits.forcing * std::sqrt(rr);
  for (int64_t i = 0; i < limits.products && rr > 0; ++i) {
    absl::Status status = hessian(d, hd);
    if (!status.ok()) return status;
    const double dd = d.squaredNorm();
    const double curvature = d.dot(hd);
    if (!std::isfinite(curvature) || !hd.allFinite()) {
      step.negative = true;
      if (i > 0) return status;
      hd.setZero();
      const double length = std::sqrt(dd);
      step.w = std::min(1.0, limits.radius / length) * d;
      return status;
    }
    const double t = rr / curvature;
    step.negative = !(curvature > 0 && std::isfinite(t));
    if (step.negative || (step.w + t * d).norm() >= limits.radius) {
      const bool endless = std::isinf(limits.radius);
      if (endless && i > 0) return status;
      const double to = endless ? 1 : ToRadius(step.w, d, limits.radius);
      step.w += to * d;
      step.hw += to * hd;
      step.bounded = !endless;
      return status;
    }
    step.w += t * d;
    step.hw += t * hd;
    r -= t * hd.cwiseProduct(free);
    const double next = r.squaredNorm();
    if (std::sqrt(next) <= goal) return status;
    d = r + next / rr * d;
    rr = next;
  }
  return absl::OkStatus();
}

double Forcing::Next(double now) {
  constexpr double kMost = 0.5;
  constexpr double kLeast = 1e-10;
  const double ratio = previous > 0 ? now / previous : 1;
  previous = now;
  return std::clamp(0.9 * ratio * ratio, kLeast, kMost);
}

}  // namespace thalweg
