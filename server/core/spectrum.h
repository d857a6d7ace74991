#pragma once

#include <functional>
#include <optional>

#include "server/core/vector.h"

namespace thalweg {

/// A symmetric matrix A that is known by its products A v; false where one could not be had.
using Product = std::function<bool(const Vector& v, Vector& product)>;

/// Up to this many rows, all of a matrix is looked at: n products, n^2 numbers.
inline constexpr Index kMostDenseRows = 200;

/// All eigenvalues of a symmetric matrix, ascending, and its eigenvectors by columns.
struct Eigensystem {
  Vector values;
  Matrix vectors;
};

/// A itself, from its products with the coordinate vectors, made symmetric; n <= kMostDenseRows.
std::optional<Matrix> MatrixOf(Index n, const Product& times);
/// Nothing where the matrix is not finite.
std::optional<Eigensystem> EigensystemOf(const Matrix& symmetric);

/// The two ends of a spectrum.
struct Extremes {
  double least = 0;
  double greatest = 0;
  Vector direction;  ///< Unit eigenvector of `least`.
};

/// Lanczos (1950): about `steps` products find the ends of the spectrum, as Ritz values: `least`
/// is never below the least eigenvalue and `greatest` never above the greatest. No basis is kept
/// (3 vectors of n); as many products again make the direction, where `least` is negative. Without
/// orthogonalisation copies of the ends appear, which do no harm (Paige (1980)). Up to
/// kMostDenseRows rows, all of the matrix is looked at instead, and the ends are exact.
std::optional<Extremes> ExtremesOf(Index n, const Product& times, Index steps);

}  // namespace thalweg
