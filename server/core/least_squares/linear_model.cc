#include "server/core/least_squares/linear_model.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <vector>

#include "server/core/least_squares/box_solve.h"

namespace thalweg {

absl::Status LinearModel::Make(Problem& problem, const Loss& loss, const Vector& x,
                               Vector& lengths) {
  Vector residuals;
  Matrix jacobian;
  absl::Status status = problem.ResidualsAndJacobian(x, residuals, jacobian);
  if (!status.ok()) return status;
  bounds_ = &problem.bounds();
  x_ = x;
  loss.Apply(residuals, jacobian);
  value_ = residuals.squaredNorm();
  gradient_ = 2 * (jacobian.transpose() * residuals);
  const Vector columns = jacobian.colwise().norm();
  finite_ = std::isfinite(value_) && gradient_.allFinite() && columns.allFinite();
  if (!finite_) return status;

  lengths = lengths.size() == columns.size() ? Vector(lengths.cwiseMax(columns)) : columns;
  scale_ = lengths.unaryExpr([](double length) { return length > 0 ? 1 / length : 1; });
  jacobian *= scale_.asDiagonal();
  qr_.compute(jacobian);
  const Index k = std::min(jacobian.rows(), jacobian.cols());
  r_ = qr_.matrixQR().topRows(k).triangularView<Eigen::Upper>();
  residuals.applyOnTheLeft(qr_.householderQ().adjoint());
  c_ = residuals.head(k);
  if (bounds_->any()) {
    low_ = (bounds_->lower - x).cwiseQuotient(scale_);
    high_ = (bounds_->upper - x).cwiseQuotient(scale_);
  }
  gauss_newton_ = Damped(0).q;
  offset_ = value_ > 0 ? std::sqrt(std::max(0.0, Reduction(gauss_newton_)) / value_) : 0;
  return status;
}

double LinearModel::rounding() const {
  const Vector columns = r_.colwise().norm();
  return std::numeric_limits<double>::epsilon() *
         columns.cwiseProduct(x_.cwiseQuotient(scale_)).norm();
}

// As a product, which keeps its digits where the two squares are nearly the same.
double LinearModel::Reduction(const Vector& q) const {
  const Vector change = r_ * q;
  return -change.dot(2 * c_ + change);
}

DampedStep LinearModel::Damped(double lambda) const {
  const Index n = r_.cols();
  Matrix a = r_;
  Vector b = -c_;
  if (lambda > 0) {
    a.conservativeResize(r_.rows() + n, n);
    a.bottomRows(n) = std::sqrt(lambda) * Matrix::Identity(n, n);
    b.conservativeResize(r_.rows() + n);
    b.tail(n).setZero();
  }
  DampedStep step;
  std::vector<Index> free(static_cast<size_t>(n));
  std::iota(free.begin(), free.end(), Index{0});
  if (lambda > 0) {
    const Eigen::HouseholderQR<Matrix> qr(a);
    step.q = qr.solve(b);
    const Vector w =
        qr.matrixQR().topRows(n).triangularView<Eigen::Upper>().transpose().solve(step.q);
    step.slope = w.squaredNorm();
  } else {
    step.q = a.completeOrthogonalDecomposition().solve(b);
  }
  const bool inside = low_.size() == 0 || ((step.q.array() >= low_.array()).all() &&
                                           (step.q.array() <= high_.array()).all());
  if (inside) return step;

  BoxSolution solution = BoxSolve(a, b, low_, high_);
  step.q = std::move(solution.q);
  step.slope = 0;
  if (lambda > 0 && !solution.free.empty()) {
    const Matrix columns = a(Eigen::all, solution.free);
    const Eigen::HouseholderQR<Matrix> qr(columns);
    const Vector w = qr.matrixQR()
                         .topRows(columns.cols())
                         .triangularView<Eigen::Upper>()
                         .transpose()
                         .solve(step.q(solution.free));
    step.slope = w.squaredNorm();
  }
  return step;
}

Vector LinearModel::Cauchy() const {
  const Vector down = -slope();
  Vector direction = down;
  for (Index i = 0; i < low_.size(); ++i) {
    direction[i] = std::min(std::max(direction[i], low_[i] < 0 ? direction[i] : 0.0),
                            high_[i] > 0 ? direction[i] : 0.0);
  }
  const double curvature = (r_ * direction).squaredNorm();
  if (!(curvature > 0)) return Vector::Zero(down.size());
  double t = direction.squaredNorm() / curvature;
  constexpr int kMostHalvings = 60;
  for (int i = 0; i < kMostHalvings; ++i, t /= 2) {
    Vector q = t * direction;
    if (low_.size() == 0) return q;
    q = Within(q);
    if (Reduction(q) >= 0.2 * down.dot(q)) return q;
  }
  return Vector::Zero(down.size());
}

Vector LinearModel::Acceleration(const Vector& v, double lambda, double h, Vector residuals) const {
  residuals.applyOnTheLeft(qr_.householderQ().adjoint());
  const Vector bend = 2 / h * ((residuals.head(c_.size()) - c_) / h - r_ * v);
  const Index n = r_.cols();
  Matrix a = Matrix::Zero(r_.rows() + n, n);
  a.topRows(r_.rows()) = r_;
  a.bottomRows(n).diagonal().setConstant(std::sqrt(lambda));
  Vector b = Vector::Zero(a.rows());
  b.head(bend.size()) = -bend;
  return a.completeOrthogonalDecomposition().solve(b);
}

Vector LinearModel::Within(const Vector& q) const {
  return low_.size() == 0 ? q : Vector(q.cwiseMax(low_).cwiseMin(high_));
}

Vector LinearModel::Moved(const Vector& q) const {
  Vector moved = x_ + scale_.cwiseProduct(q);
  for (Index i = 0; i < low_.size(); ++i) {
    if (q[i] <= low_[i]) moved[i] = bounds_->lower[i];
    if (q[i] >= high_[i]) moved[i] = bounds_->upper[i];
  }
  bounds_->Project(moved);
  return moved;
}

}  // namespace thalweg
