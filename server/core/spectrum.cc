#include "server/core/spectrum.h"

#include <Eigen/Eigenvalues>
#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>
#include <vector>

namespace thalweg {
namespace {

// Leans on no coordinate and on no symmetry of the problem.
Vector FirstGuess(Index n) {
  Vector v(n);
  for (Index i = 0; i < n; ++i) v[i] = 1 + 0.37 * static_cast<double>((i * 7919) % 101) / 101;
  return v / v.norm();
}

// T of A Q = Q T: alpha on the diagonal, beta beside it (one shorter).
struct Tridiagonal {
  std::vector<double> alpha, beta;
};

/// Walks the Lanczos vectors q_1 ... q_k, giving each to `visit` before the next is made.
template <typename Visit>
std::optional<Tridiagonal> Walk(Index n, const Product& times, Index steps, const Visit& visit) {
  Tridiagonal t;
  Vector q = FirstGuess(n);
  Vector before = Vector::Zero(n);
  Vector next(n);
  double beta = 0;
  double scale = 0;
  for (Index k = 0; k < steps; ++k) {
    visit(k, q);
    if (!times(q, next)) return std::nullopt;
    const double alpha = q.dot(next);
    next -= alpha * q + beta * before;
    if (!std::isfinite(alpha)) return std::nullopt;
    t.alpha.push_back(alpha);
    scale = std::max({scale, std::abs(alpha), beta});
    beta = next.norm();
    // An invariant subspace: nothing new would come.
    if (!(beta > 1e-13 * scale) || !std::isfinite(beta) || k + 1 == steps) break;
    t.beta.push_back(beta);
    before = q;
    q = next / beta;
  }
  return t;
}

}  // namespace

std::optional<Matrix> MatrixOf(Index n, const Product& times) {
  assert(n <= kMostDenseRows);
  Matrix matrix(n, n);
  Vector axis = Vector::Zero(n);
  Vector column(n);
  for (Index i = 0; i < n; ++i) {
    axis[i] = 1;
    if (!times(axis, column)) return std::nullopt;
    matrix.col(i) = column;
    axis[i] = 0;
  }
  return Matrix((matrix + matrix.transpose()) / 2);
}

std::optional<Eigensystem> EigensystemOf(const Matrix& symmetric) {
  if (symmetric.rows() == 0 || !symmetric.allFinite()) return std::nullopt;
  const Eigen::SelfAdjointEigenSolver<Matrix> solver(symmetric);
  if (solver.info() != Eigen::Success) return std::nullopt;
  return Eigensystem{solver.eigenvalues(), solver.eigenvectors()};
}

std::optional<Extremes> ExtremesOf(Index n, const Product& times, Index steps) {
  if (n <= kMostDenseRows) {
    const auto matrix = MatrixOf(n, times);
    const auto system = matrix ? EigensystemOf(*matrix) : std::nullopt;
    if (!system) return std::nullopt;
    return Extremes{system->values[0], system->values[n - 1], system->vectors.col(0)};
  }
  const auto t = Walk(n, times, steps, [](Index, const Vector&) {});
  if (!t) return std::nullopt;
  Eigen::SelfAdjointEigenSolver<Matrix> solver;
  solver.computeFromTridiagonal(
      Eigen::Map<const Vector>(t->alpha.data(), static_cast<Index>(t->alpha.size())),
      Eigen::Map<const Vector>(t->beta.data(), static_cast<Index>(t->beta.size())));
  if (solver.info() != Eigen::Success) return std::nullopt;
  const Vector ritz = solver.eigenvalues();
  Extremes ends{ritz[0], ritz[ritz.size() - 1], Vector()};
  if (ends.least >= 0) return ends;

  const Vector weights = solver.eigenvectors().col(0);
  ends.direction = Vector::Zero(n);
  const auto again = Walk(n, times, static_cast<Index>(t->alpha.size()),
                          [&](Index k, const Vector& q) { ends.direction += weights[k] * q; });
  const double length = ends.direction.norm();
  if (!again || !(length > 0)) return std::nullopt;
  ends.direction /= length;
  return ends;
}

}  // namespace thalweg
