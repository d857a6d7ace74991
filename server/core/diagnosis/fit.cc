#include "server/core/diagnosis/fit.h"

#include <Eigen/QR>
#include <cmath>

namespace thalweg {
namespace {

constexpr double kMostNumbers = 4e6;      // of the Jacobian: 32 MB
constexpr double kMostOperations = 5e8;   // of its decomposition, about m n^2
constexpr double kRankTolerance = 1e-12;  // of columns of unit length: less is rounding

/// The free columns of `jacobian`.
Matrix FreeColumns(const Matrix& jacobian, const std::vector<Index>& places) {
  Matrix columns(jacobian.rows(), static_cast<Index>(places.size()));
  for (size_t k = 0; k < places.size(); ++k) {
    columns.col(static_cast<Index>(k)) = jacobian.col(places[k]);
  }
  return columns;
}

/// A factor R of inv(J'J) = R R', by QR with columns scaled to unit length, since J'J squares a
/// condition that is large already; empty where J is not of full rank.
Matrix RootOfInverse(const Matrix& jacobian, int64_t& rank) {
  const Vector lengths = jacobian.colwise().norm();
  const Vector scale = (lengths.array() > 0).select(lengths.cwiseInverse(), 1.0);
  Eigen::ColPivHouseholderQR<Matrix> qr(jacobian * scale.asDiagonal());
  qr.setThreshold(kRankTolerance);
  rank = qr.rank();
  const Index n = jacobian.cols();
  if (rank < n) return {};
  const Matrix inverse =
      qr.matrixQR().topRows(n).triangularView<Eigen::Upper>().solve(Matrix::Identity(n, n));
  return scale.asDiagonal() * (qr.colsPermutation() * inverse);
}

}  // namespace

std::optional<Fit> FitAt(Probe& probe, const Vector& x, const std::vector<char>& held) {
  const Index m = probe.problem().residual_count();
  const Index n = x.size();
  std::vector<Index> places;
  for (Index i = 0; i < n; ++i) {
    if (held[static_cast<size_t>(i)] == 0) places.push_back(i);
  }
  const auto free = static_cast<Index>(places.size());
  const double size = static_cast<double>(m) * static_cast<double>(n);
  if (m <= free || free == 0 || size > kMostNumbers ||
      size * static_cast<double>(n) > kMostOperations) {
    return std::nullopt;
  }
  Vector residuals;
  Matrix jacobian;
  if (!probe.Residuals(x, residuals, jacobian)) return std::nullopt;

  Fit fit;
  fit.observations = m;
  fit.degrees_of_freedom = m - free;
  fit.residual_deviation =
      residuals.norm() / std::sqrt(static_cast<double>(fit.degrees_of_freedom));
  const Matrix root =
      fit.residual_deviation * RootOfInverse(FreeColumns(jacobian, places), fit.rank);
  if (root.size() == 0 || !root.allFinite()) return fit;

  fit.standard_errors.assign(static_cast<size_t>(n), 0);
  for (Index k = 0; k < free; ++k) {
    fit.standard_errors[static_cast<size_t>(places[static_cast<size_t>(k)])] = root.row(k).norm();
  }
  if (n > Fit::kMostCorrelated) return fit;
  fit.covariance.assign(static_cast<size_t>(n * n), 0);
  fit.correlation.assign(static_cast<size_t>(n * n), 0);
  for (Index j = 0; j < free; ++j) {
    for (Index k = 0; k < free; ++k) {
      const auto at =
          static_cast<size_t>(places[static_cast<size_t>(j)] * n + places[static_cast<size_t>(k)]);
      const double covariance = root.row(j).dot(root.row(k));
      const double deviations = root.row(j).norm() * root.row(k).norm();
      fit.covariance[at] = covariance;
      fit.correlation[at] = j == k ? 1 : deviations > 0 ? covariance / deviations : 0;
    }
  }
  return fit;
}

}  // namespace thalweg
