#include "server/core/least_squares/box_solve.h"

#include <Eigen/QR>
#include <algorithm>

namespace thalweg {
namespace {

class ActiveSet {
 public:
  ActiveSet(const Matrix& a, const Vector& b, const Vector& low, const Vector& high)
      : a_(a), b_(b), low_(low), high_(high), q_(Vector::Zero(a.cols())) {
    const Vector slope = Slope();
    held_.resize(static_cast<size_t>(q_.size()));
    for (Index i = 0; i < q_.size(); ++i) held_[At(i)] = Blocked(i, slope[i]);
  }

  // Whether the solution of the free coordinates lies within their walls; goes there, or up to the
  // first wall on the way, which then holds.
  bool Descend() {
    const std::vector<Index> free = Free();
    if (free.empty()) return true;
    const Vector target = Solve(free);
    double part = 1;
    for (size_t k = 0; k < free.size(); ++k) part = std::min(part, PartOf(free[k], target, k));
    for (size_t k = 0; k < free.size(); ++k) {
      const Index i = free[k];
      const double own = PartOf(i, target, k);
      if (own < 1 && own <= part) {
        const double wall = target[static_cast<Index>(k)] < q_[i] ? low_[i] : high_[i];
        q_[i] = wall;
        held_[At(i)] = true;
      } else {
        q_[i] += part * (target[static_cast<Index>(k)] - q_[i]);
      }
    }
    return part == 1;
  }

  // Lets go of the coordinate that its wall keeps from the steepest descent; false where there is
  // none: the minimiser is reached.
  bool Release() {
    const Vector slope = Slope();
    const double rounding = 1e-14 * b_.norm();
    Index steepest = -1;
    for (Index i = 0; i < q_.size(); ++i) {
      if (!held_[At(i)] || Blocked(i, slope[i])) continue;
      if (std::abs(slope[i]) <= rounding * a_.col(i).norm()) continue;
      if (steepest < 0 || std::abs(slope[i]) > std::abs(slope[steepest])) steepest = i;
    }
    if (steepest < 0) return false;
    held_[At(steepest)] = false;
    return true;
  }

  std::vector<Index> Free() const {
    std::vector<Index> free;
    for (Index i = 0; i < q_.size(); ++i) {
      if (!held_[At(i)]) free.push_back(i);
    }
    return free;
  }
  const Vector& q() const { return q_; }

 private:
  static size_t At(Index i) { return static_cast<size_t>(i); }
  Vector Slope() const { return a_.transpose() * (a_ * q_ - b_); }
  bool Blocked(Index i, double slope) const {
    return (q_[i] <= low_[i] && slope >= 0) || (q_[i] >= high_[i] && slope <= 0) ||
           low_[i] == high_[i];
  }
  // How much of the way to its target a coordinate can go: 1 is all.
  double PartOf(Index i, const Vector& target, size_t k) const {
    const double to = target[static_cast<Index>(k)];
    if (to < low_[i]) return (low_[i] - q_[i]) / (to - q_[i]);
    if (to > high_[i]) return (high_[i] - q_[i]) / (to - q_[i]);
    return 1;
  }
  Vector Solve(const std::vector<Index>& free) const {
    Vector rest = q_;
    for (const Index i : free) rest[i] = 0;
    const Matrix columns = a_(Eigen::all, free);
    return columns.completeOrthogonalDecomposition().solve(b_ - a_ * rest);
  }

  const Matrix& a_;
  const Vector& b_;
  const Vector& low_;
  const Vector& high_;
  Vector q_;
  std::vector<bool> held_;
};

}  // namespace

BoxSolution BoxSolve(const Matrix& a, const Vector& b, const Vector& low, const Vector& high) {
  ActiveSet set(a, b, low, high);
  for (Index changes = 0; changes < 10 + 3 * a.cols(); ++changes) {
    if (set.Descend() && !set.Release()) break;
  }
  return {set.q(), set.Free()};
}

}  // namespace thalweg
