#pragma once

#include "server/core/trust_region/conjugate_gradient.h"

namespace thalweg {

/// Minimises g'w + w'Hw / 2 over ||w|| <= radius for a symmetric H (n x n), whatever its
/// eigenvalues: (H + lambda I) w = -g with H + lambda I positive semidefinite and lambda = 0 or
/// ||w|| = radius (Moré & Sorensen (1983), Lemma 2.1). From the eigenvalues of H, which also tells
/// the hard case: where g has no part along the lowest one, w is filled up along it.
/// Over the coordinates with free[i] = 1; the others' w is 0. Where H is not finite w is 0.
void SolveExactly(const Matrix& hessian, const Vector& gradient, const Vector& free, double radius,
                  ModelStep& step);

}  // namespace thalweg
