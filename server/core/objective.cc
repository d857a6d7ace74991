#include "server/core/objective.h"

namespace thalweg {

absl::Status Objective::HessianVector(const Vector& /*x*/, const Vector& /*v*/,
                                      Vector& /*product*/) {
  return absl::UnimplementedError("this objective has no second derivatives");
}

absl::Status Objective::Values(const Matrix& points, Vector& values) {
  for (Index p = 0; p < points.cols(); ++p) {
    if (absl::Status status = Value(points.col(p), values[p]); !status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::Status Objective::ValuesAndGradients(const Matrix& points, Vector& values,
                                           Matrix& gradients) {
  Vector gradient(points.rows());
  for (Index p = 0; p < points.cols(); ++p) {
    absl::Status status = ValueAndGradient(points.col(p), values[p], gradient);
    if (!status.ok()) return status;
    gradients.col(p) = gradient;
  }
  return absl::OkStatus();
}

absl::Status Objective::Residuals(const Vector& /*x*/, Vector& /*residuals*/) {
  return absl::UnimplementedError("this objective is not known to be a sum of squares");
}

absl::Status Objective::ResidualsAndJacobian(const Vector& /*x*/, Vector& /*residuals*/,
                                             Matrix& /*jacobian*/) {
  return absl::UnimplementedError("this objective is not known to be a sum of squares");
}

}  // namespace thalweg
