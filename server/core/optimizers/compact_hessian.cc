#include "server/core/optimizers/compact_hessian.h"

#include "server/core/optimizers/two_loops.h"

namespace thalweg {

void CompactHessian::Fit(Index n) {
  if (s_.rows() == n && s_.cols() == memory_) return;
  Forget();
  s_.resize(n, memory_);
  y_.resize(n, memory_);
  ss_.setZero(memory_, memory_);
  sy_.setZero(memory_, memory_);
  yy_.setZero(memory_, memory_);
}

void CompactHessian::Forget() {
  pairs_ = newest_ = 0;
  theta_ = 1;
}

void CompactHessian::Add(const Vector& s, const Vector& y, double sy) {
  newest_ = pairs_ == 0 ? 0 : (newest_ + 1) % memory_;
  if (pairs_ < memory_) ++pairs_;
  const Index k = pairs_;
  const Index c = newest_;
  s_.col(c) = s;
  y_.col(c) = y;
  ss_.col(c).head(k).noalias() = s_.leftCols(k).transpose() * s;
  yy_.col(c).head(k).noalias() = y_.leftCols(k).transpose() * y;
  sy_.col(c).head(k).noalias() = s_.leftCols(k).transpose() * y;
  sy_.row(c).head(k).noalias() = s.transpose() * y_.leftCols(k);
  ss_.row(c) = ss_.col(c).transpose();
  yy_.row(c) = yy_.col(c).transpose();
  sy_(c, c) = sy;
  theta_ = yy_(c, c) / sy;
}

// M's inverse is [-D, L'; L, theta*S'S], where D is the diagonal of S'Y and L the part of it whose
// s is younger than its y.
void CompactHessian::Factor() {
  const Index k = pairs_;
  Matrix inverse = Matrix::Zero(2 * k, 2 * k);
  const auto age = [&](Index column) { return (newest_ - column + memory_) % memory_; };
  for (Index i = 0; i < k; ++i) {
    inverse(i, i) = -sy_(i, i);
    for (Index j = 0; j < k; ++j) {
      if (age(i) < age(j)) inverse(k + i, j) = inverse(j, k + i) = sy_(i, j);
    }
  }
  inverse.bottomRightCorner(k, k) = theta_ * ss_.topLeftCorner(k, k);
  middle_.compute(inverse);
}

void CompactHessian::TimesV(const Vector& v, Vector& product) const {
  product.resize(2 * pairs_);
  product.head(pairs_).noalias() = y_.leftCols(pairs_).transpose() * v;
  product.tail(pairs_).noalias() = theta_ * s_.leftCols(pairs_).transpose() * v;
}

void CompactHessian::AddW(double factor, const Vector& c, Vector& result) const {
  result.noalias() += y_.leftCols(pairs_) * (factor * c.head(pairs_));
  result.noalias() += s_.leftCols(pairs_) * (factor * theta_ * c.tail(pairs_));
}

void CompactHessian::Row(Index i, Vector& row) const {
  row.resize(2 * pairs_);
  row.head(pairs_) = y_.row(i).head(pairs_).transpose();
  row.tail(pairs_) = theta_ * s_.row(i).head(pairs_).transpose();
}

void CompactHessian::NewtonStep(const Vector& g, Vector& step) const {
  const Vector sg = s_.leftCols(pairs_).transpose() * g;
  const Vector yg = y_.leftCols(pairs_).transpose() * g;
  Vector of_s(pairs_), of_y(pairs_);
  TwoLoops({sy_, yy_, pairs_, newest_}, 1 / theta_, sg, yg, of_s, of_y);
  step = -g / theta_;
  step.noalias() += s_.leftCols(pairs_) * of_s;
  step.noalias() += y_.leftCols(pairs_) * of_y;
}

Matrix CompactHessian::Gram() const {
  const Index k = pairs_;
  Matrix gram(2 * k, 2 * k);
  gram.topLeftCorner(k, k) = yy_.topLeftCorner(k, k);
  gram.bottomLeftCorner(k, k) = theta_ * sy_.topLeftCorner(k, k);
  gram.topRightCorner(k, k) = gram.bottomLeftCorner(k, k).transpose();
  gram.bottomRightCorner(k, k) = theta_ * theta_ * ss_.topLeftCorner(k, k);
  return gram;
}

void CompactHessian::Keep(State& state) {
  Matrix s = s_.leftCols(pairs_);
  Matrix y = y_.leftCols(pairs_);
  state.Keep("s", s);
  state.Keep("y", y);
  if (!state.writing()) {
    if (s.cols() > memory_ || y.cols() != s.cols() || y.rows() != s.rows()) {
      return state.Fail("the pairs of lbfgsb do not have one size");
    }
    Fit(s.rows());
    s_.leftCols(s.cols()) = s;
    y_.leftCols(y.cols()) = y;
  }
  state.Keep("pairs", pairs_);
  state.Keep("newest", newest_);
  state.Keep("theta", theta_);
  state.Keep("ss", ss_);
  state.Keep("sy", sy_);
  state.Keep("yy", yy_);
  const bool sound = pairs_ == s.cols() && newest_ >= 0 && newest_ < memory_ &&
                     ss_.rows() == sy_.rows() && ss_.rows() == yy_.rows();
  if (!sound) state.Fail("the products of lbfgsb do not belong to its pairs");
}

}  // namespace thalweg
