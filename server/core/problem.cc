#include "server/core/problem.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "server/core/norms.h"

namespace thalweg {

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
  // Central difference; the step balances rounding (eps / h) against truncation (h^2).
  const double length = NormsOf(v).two;
  product.setZero();
  if (length == 0) return absl::OkStatus();
  const double h =
      std::cbrt(std::numeric_limits<double>::epsilon()) * std::max(1.0, NormsOf(x).two) / length;
  double value = 0;
  Vector before;
  status = ValueAndGradient(x - h * v, value, before);
  if (!status.ok()) return status;
  status = ValueAndGradient(x + h * v, value, product);
  product = (product - before) / (2 * h);
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

}  // namespace thalweg
