#pragma once

#include <Eigen/LU>

#include "server/core/state.h"
#include "server/core/vector.h"

namespace thalweg {

/// An approximation of the Hessian from the last m pairs s (steps) and y (changes of the gradient),
/// in compact form: B = theta*I - W*M*W' with W = [Y, theta*S]. Byrd, Nocedal & Schnabel (1994);
/// Byrd, Lu, Nocedal & Zhu (1995), eq. (3.2) to (3.4). Of k pairs, W has 2k columns.
class CompactHessian {
 public:
  explicit CompactHessian(Index memory) : memory_(memory) {}

  void Fit(Index n);
  Index pairs() const { return pairs_; }
  double theta() const { return theta_; }
  void Add(const Vector& s, const Vector& y, double sy);
  void Forget();
  void Keep(State& state);

  /// To be called after pairs changed, before what follows.
  void Factor();
  /// W'v, of 2k coordinates.
  void TimesV(const Vector& v, Vector& product) const;
  /// result += factor*W*c.
  void AddW(double factor, const Vector& c, Vector& result) const;
  /// Row i of W.
  void Row(Index i, Vector& row) const;
  /// M*c.
  Vector TimesM(const Vector& c) const { return middle_.solve(c); }
  /// step = -inverse(B)*g.
  void NewtonStep(const Vector& g, Vector& step) const;
  /// W'W, 2k x 2k.
  Matrix Gram() const;

 private:
  const Index memory_;
  int64_t pairs_ = 0;
  int64_t newest_ = 0;  // its column
  double theta_ = 1;
  Matrix s_, y_;                        // n x m; columns beyond the pairs hold nothing
  Matrix ss_, sy_, yy_;                 // m x m: S'S, S'Y, Y'Y
  Eigen::PartialPivLU<Matrix> middle_;  // of M's inverse, 2k x 2k
};

}  // namespace thalweg
