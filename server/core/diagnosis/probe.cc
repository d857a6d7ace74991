#include "server/core/diagnosis/probe.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "server/core/norms.h"
#include "server/core/spectrum.h"

namespace thalweg {
namespace {

constexpr int64_t kEvaluations = 400;
constexpr int64_t kProducts = 100;  // of large problems: two passes of Lanczos
constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

// Distance of the two gradients whose difference stands for H*v, for |v| = 1. The cube root of
// the machine epsilon balances the truncation of a central difference against rounding.
double DifferenceStep(const Vector& x) { return 6e-6 * std::max(1.0, NormsOf(x).two); }

}  // namespace

/// The objective where a probe may look.
class Probe::Boxed final : public Objective {
 public:
  explicit Boxed(Probe& probe) : probe_(probe), objective_(probe.problem_.objective()) {}
  const Layout& layout() const override { return objective_.layout(); }
  absl::Status Value(const Vector& x, double& value) override {
    value = kNaN;
    return probe_.Allowed(x) ? objective_.Value(x, value) : absl::OkStatus();
  }
  absl::Status ValueAndGradient(const Vector& x, double& value, Vector& gradient) override {
    value = kNaN;
    gradient.setConstant(kNaN);
    return probe_.Allowed(x) ? objective_.ValueAndGradient(x, value, gradient) : absl::OkStatus();
  }
  std::string ExplainNonFinite(const Vector& x) override { return objective_.ExplainNonFinite(x); }

 private:
  Probe& probe_;
  Objective& objective_;
};

// The dense Hessian at the best iterate is n products; measuring the start and escaping are more.
Probe::Allowance Probe::Usual(const Problem& problem) {
  const Index n = problem.size();
  return {kEvaluations, n <= kMostDenseRows ? std::max<int64_t>(kProducts, 4 * n) : kProducts};
}

Probe::Probe(Problem& problem, const Allowance& allowance)
    : problem_(problem),
      before_(problem.evaluations()),
      left_(allowance),
      boxed_(std::make_unique<Boxed>(*this)) {}

Probe::~Probe() { problem_.set_evaluations(before_); }

bool Probe::Allowed(const Vector& x) {
  return problem_.bounds().Contains(x) && left_.evaluations-- > 0;
}

bool Probe::Value(const Vector& x, double& value) {
  return Allowed(x) && problem_.Value(x, value).ok() && std::isfinite(value);
}

bool Probe::Gradient(const Vector& x, double& value, Vector& gradient) {
  return Allowed(x) && problem_.ValueAndGradient(x, value, gradient).ok() && std::isfinite(value) &&
         gradient.allFinite();
}

bool Probe::HessianTimes(const Vector& x, const Vector& v, Vector& product) {
  if (!problem_.bounds().Contains(x) || left_.products-- <= 0) return false;
  product.resize(x.size());
  absl::Status status = problem_.objective().HessianVector(x, v, product);
  if (status.ok()) {
    product *= problem_.Signed(1);
    return product.allFinite();
  }
  if (!absl::IsUnimplemented(status)) return false;
  exact_products_ = false;
  // Not in the count of evaluations: it is the products that are allowed for.
  const double length = NormsOf(v).two;
  product.setZero();
  if (!(length > 0)) return length == 0;
  const double h = DifferenceStep(x) / length;
  double value = 0;
  const Bounds& bounds = problem_.bounds();
  Vector ahead = x + h * v;
  Vector behind = x - h * v;
  const bool forward = bounds.Contains(ahead);
  const bool backward = bounds.Contains(behind);
  if (!forward && !backward) return false;
  if (!forward) ahead = x;
  if (!backward) behind = x;
  Vector before;
  if (!problem_.ValueAndGradient(behind, value, before).ok()) return false;
  if (!problem_.ValueAndGradient(ahead, value, product).ok()) return false;
  product = (product - before) / (forward && backward ? 2 * h : h);
  return product.allFinite();
}

bool Probe::Residuals(const Vector& x, Vector& residuals, Matrix& jacobian) {
  return Allowed(x) && problem_.ResidualsAndJacobian(x, residuals, jacobian).ok() &&
         residuals.allFinite() && jacobian.allFinite();
}

}  // namespace thalweg
