#include "server/core/problem.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "server/core/norms.h"

namespace thalweg {
namespace {

// How far x can go along v before it leaves the bounds, in lengths of v.
double Room(const Bounds& bounds, const Vector& x, const Vector& v) {
  double room = std::numeric_limits<double>::infinity();
  if (!bounds.any()) return room;
  for (Index i = 0; i < x.size(); ++i) {
    if (v[i] > 0) room = std::min(room, (bounds.upper[i] - x[i]) / v[i]);
    if (v[i] < 0) room = std::min(room, (bounds.lower[i] - x[i]) / v[i]);
  }
  return room;
}

}  // namespace

absl::Status Problem::Value(const Vector& x, double& value) {
  ++evaluations_.values;
  absl::Status status = objective_.Value(x, value);
  value *= sign_;
  return status;
}

absl::Status Problem::ValueAndGradient(const Vector& x, double& value, Vector& gradient) {
  ++evaluations_.values;
  ++evaluations_.gradients;
  gradient.resize(x.size());
  absl::Status status = objective_.ValueAndGradient(x, value, gradient);
  if (sign_ < 0) {
    value = -value;
    gradient = -gradient;
  }
  return status;
}

absl::Status Problem::Values(const Matrix& points, Vector& values) {
  evaluations_.values += points.cols();
  values.resize(points.cols());
  absl::Status status = objective_.Values(points, values);
  if (sign_ < 0) values = -values;
  return status;
}

absl::Status Problem::HessianVector(const Vector& x, const Vector& v, Vector& product) {
  product.resize(x.size());
  absl::Status status = objective_.HessianVector(x, v, product);
  if (!absl::IsUnimplemented(status)) {
    ++evaluations_.hessian_products;
    if (sign_ < 0) product = -product;
    return status;
  }
  // Difference over a step that balances rounding (eps / h) against truncation (h^2), central but
  // for walls in the way.
  const double length = NormsOf(v).two;
  product.setZero();
  if (length == 0) return absl::OkStatus();
  const double h =
      std::cbrt(std::numeric_limits<double>::epsilon()) * std::max(1.0, NormsOf(x).two) / length;
  const double forward = std::min(h, Room(bounds(), x, v));
  const double backward = std::min(h, Room(bounds(), x, -v));
  if (!(forward + backward > 1e-3 * h)) return absl::OkStatus();  // no room either way
  Vector before = x - backward * v;
  Vector after = x + forward * v;
  bounds().Project(before);
  bounds().Project(after);
  double value = 0;
  Vector gradient;
  status = ValueAndGradient(before, value, gradient);
  if (!status.ok()) return status;
  status = ValueAndGradient(after, value, product);
  product = (product - gradient) / (forward + backward);
  return status;
}

absl::Status Problem::Residuals(const Vector& x, Vector& residuals) {
  ++evaluations_.values;
  residuals.resize(residual_count());
  return objective_.Residuals(x, residuals);
}

absl::Status Problem::ResidualsAndJacobian(const Vector& x, Vector& residuals, Matrix& jacobian) {
  ++evaluations_.values;
  ++evaluations_.gradients;
  residuals.resize(residual_count());
  jacobian.resize(residual_count(), x.size());
  return objective_.ResidualsAndJacobian(x, residuals, jacobian);
}

absl::Status Problem::ConstraintValues(const Vector& x, Vector& values) {
  if (constraints_->any()) ++evaluations_.constraints;
  return constraints_->Values(x, values);
}

absl::Status Problem::ConstraintValuesAndGradients(const Vector& x, Vector& values,
                                                   Matrix& gradients) {
  if (constraints_->any()) ++evaluations_.constraints;
  return constraints_->ValuesAndGradients(x, values, gradients);
}

absl::Status Problem::MeasureViolation(Iterate& at) {
  at.violation = 0;
  if (!constraints_->any()) return absl::OkStatus();
  Vector values;
  const absl::Status status = ConstraintValues(at.x, values);
  if (status.ok()) at.violation = constraints_->Violation(values);
  return status;
}

std::string Problem::ExplainNonFinite(const Vector& x) {
  std::string why = objective_.ExplainNonFinite(x);
  return why.empty() ? constraints_->ExplainNonFinite(x) : why;
}

}  // namespace thalweg
