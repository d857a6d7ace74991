#pragma once

#include "server/core/diagnosis/diagnosis.h"

namespace thalweg {

/// The greatest eigenvalue of the Hessian at x, by power iteration (at most 12 products); 0 where
/// it could not be found, or the largest in absolute value is negative.
double GreatestCurvature(Probe& probe, const Vector& x);

/// The greatest curvature met: the greater of those at the start and at the best iterate; 0 where
/// none is known. Measured once per ending.
double CurvatureOf(Ending& ending);

/// A rate to suggest: `rate` to three digits, since it rests on an estimate.
double Rounded(double rate);

}  // namespace thalweg
