#include "server/core/optimizers/quadratic_program.h"

#include <Eigen/Cholesky>
#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

namespace thalweg {
namespace {

constexpr double kInf = std::numeric_limits<double>::infinity();
// A constraint missed by less, relative to the numbers it is made of, holds.
constexpr double kRounding = 1e-13;
// A normal whose part outside the active ones is shorter, relatively, depends on them.
constexpr double kDependent = 1e-11;

/// A bound of a constraint: side 1 for the lower, -1 for the upper.
struct Bound {
  Index row = -1;  // columns of N first, then coordinates of the box
  double side = 1;
  bool equality = false;
};

class ActiveSet {
 public:
  explicit ActiveSet(const QuadraticProgram& program)
      : program_(program), n_(program.slope.size()), m_(program.lower.size()) {}

  QuadraticSolution Run();

 private:
  enum class Made { kActive, kInfeasible, kGivenUp };

  double ValueOf(Index row) const {
    return row < m_ ? program_.normals.col(row).dot(d_) : d_[row - m_];
  }
  double LowerOf(Index row) const {
    return row < m_ ? program_.lower[row] : program_.box_lower[row - m_];
  }
  double UpperOf(Index row) const {
    return row < m_ ? program_.upper[row] : program_.box_upper[row - m_];
  }
  /// How far `bound` is from being violated.
  double SlackOf(const Bound& bound) const {
    const double value = ValueOf(bound.row);
    return bound.side > 0 ? value - LowerOf(bound.row) : UpperOf(bound.row) - value;
  }
  Index rows() const { return m_ + program_.box_lower.size(); }

  Bound MostViolated() const;
  Made MakeActive(const Bound& bound);
  void Add(const Bound& bound, double multiplier);
  void Drop(Index place);

  const QuadraticProgram& program_;
  const Index n_, m_;
  Vector d_;
  Matrix j_;                   // n x n: inverse transpose of G's Cholesky factor, times rotations
  Matrix r_;                   // n x n: the active normals are j^-T times its first q columns
  std::vector<Bound> active_;  // q
  std::vector<bool> in_;       // by row
  Vector u_;                   // n; the first q are the multipliers of the active bounds
  Vector scale_;               // by row: length of its normal
  Vector transformed_;         // n; j'n of the bound being made active
  int64_t changes_left_ = 0;
};

// Equalities come first: they stay active from then on.
Bound ActiveSet::MostViolated() const {
  Bound most;
  double worst = 0;
  bool worst_is_equality = false;
  const double length = d_.lpNorm<Eigen::Infinity>();
  for (Index row = 0; row < rows(); ++row) {
    if (in_[static_cast<size_t>(row)]) continue;
    const double value = ValueOf(row);
    const double lower = LowerOf(row);
    const double upper = UpperOf(row);
    const bool below = value < lower;
    if (!below && !(value > upper)) continue;
    const double bound = below ? lower : upper;
    const double miss = std::abs(value - bound);
    if (miss <= kRounding * (std::abs(bound) + scale_[row] * (length + 1))) continue;
    const bool equality = lower == upper;
    const double relative = scale_[row] > 0 ? miss / scale_[row] : kInf;
    if (worst_is_equality && !equality) continue;
    if (relative <= worst && equality == worst_is_equality) continue;
    worst = relative;
    worst_is_equality = equality;
    most = {row, below ? 1.0 : -1.0, equality};
  }
  return most;
}

ActiveSet::Made ActiveSet::MakeActive(const Bound& bound) {
  double multiplier = 0;
  while (changes_left_-- > 0) {
    const auto q = static_cast<Index>(active_.size());
    if (bound.row < m_) {
      transformed_.noalias() = bound.side * (j_.transpose() * program_.normals.col(bound.row));
    } else {
      transformed_ = bound.side * j_.row(bound.row - m_).transpose();
    }
    const auto outside = transformed_.tail(n_ - q);
    const Vector r =
        r_.topLeftCorner(q, q).triangularView<Eigen::Upper>().solve(transformed_.head(q));

    double dual_step = kInf;  // until a multiplier reaches zero
    Index blocking = -1;
    for (Index k = 0; k < q; ++k) {
      if (active_[static_cast<size_t>(k)].equality || !(r[k] > 0)) continue;
      if (u_[k] / r[k] >= dual_step) continue;
      dual_step = u_[k] / r[k];
      blocking = k;
    }
    const bool dependent = !(outside.norm() > kDependent * transformed_.norm());
    // Until the bound holds.
    const double full_step = dependent ? kInf : -SlackOf(bound) / outside.squaredNorm();
    const double step = std::min(dual_step, full_step);
    if (step == kInf) return Made::kInfeasible;
    if (!std::isfinite(step)) return Made::kGivenUp;

    if (!dependent) d_.noalias() += step * (j_.rightCols(n_ - q) * outside);
    u_.head(q) -= step * r;
    multiplier += step;
    if (full_step <= dual_step) {
      Add(bound, multiplier);
      return Made::kActive;
    }
    Drop(blocking);
  }
  return Made::kGivenUp;
}

// Rotates the columns of j outside the active ones until one of them carries the whole normal.
void ActiveSet::Add(const Bound& bound, double multiplier) {
  const auto q = static_cast<Index>(active_.size());
  for (Index k = n_ - 1; k > q; --k) {
    Eigen::JacobiRotation<double> rotation;
    rotation.makeGivens(transformed_[k - 1], transformed_[k]);
    transformed_.applyOnTheLeft(k - 1, k, rotation.adjoint());
    j_.applyOnTheRight(k - 1, k, rotation);
  }
  r_.col(q).head(q + 1) = transformed_.head(q + 1);
  u_[q] = multiplier;
  active_.push_back(bound);
  in_[static_cast<size_t>(bound.row)] = true;
}

// Takes a column out of r and rotates it back into a triangle.
void ActiveSet::Drop(Index place) {
  const auto q = static_cast<Index>(active_.size());
  in_[static_cast<size_t>(active_[static_cast<size_t>(place)].row)] = false;
  active_.erase(active_.begin() + place);
  for (Index k = place; k + 1 < q; ++k) {
    u_[k] = u_[k + 1];
    r_.col(k).head(q) = r_.col(k + 1).head(q);
  }
  r_.col(q - 1).setZero();
  for (Index k = place; k + 1 < q; ++k) {
    Eigen::JacobiRotation<double> rotation;
    rotation.makeGivens(r_(k, k), r_(k + 1, k));
    r_.middleCols(k, q - 1 - k).applyOnTheLeft(k, k + 1, rotation.adjoint());
    j_.applyOnTheRight(k, k + 1, rotation);
  }
}

QuadraticSolution ActiveSet::Run() {
  QuadraticSolution solution;
  const Eigen::LLT<Matrix> cholesky(program_.hessian);
  if (cholesky.info() != Eigen::Success) return solution;
  d_ = cholesky.solve(-program_.slope);
  if (!d_.allFinite() || !program_.normals.allFinite()) return solution;
  j_ = cholesky.matrixU().solve(Matrix::Identity(n_, n_));
  r_ = Matrix::Zero(n_, n_);
  u_ = Vector::Zero(n_);
  transformed_.resize(n_);
  in_.assign(static_cast<size_t>(rows()), false);
  scale_ = Vector::Ones(rows());
  if (m_ > 0) scale_.head(m_) = program_.normals.colwise().norm();
  changes_left_ = 20 * (n_ + rows()) + 200;

  for (Bound next = MostViolated(); next.row >= 0; next = MostViolated()) {
    const Made made = MakeActive(next);
    if (made == Made::kActive) continue;
    if (made == Made::kInfeasible) solution.outcome = QuadraticSolution::Outcome::kInfeasible;
    return solution;
  }
  solution.outcome = QuadraticSolution::Outcome::kSolved;
  solution.d = d_;
  solution.multipliers = Vector::Zero(m_);
  solution.box_multipliers = Vector::Zero(n_);
  for (size_t k = 0; k < active_.size(); ++k) {
    const Bound& bound = active_[k];
    const double multiplier = bound.side * u_[static_cast<Index>(k)];
    if (bound.row < m_) {
      solution.multipliers[bound.row] = multiplier;
    } else {
      solution.box_multipliers[bound.row - m_] = multiplier;
    }
  }
  return solution;
}

}  // namespace

QuadraticSolution Solve(const QuadraticProgram& program) { return ActiveSet(program).Run(); }

}  // namespace thalweg
