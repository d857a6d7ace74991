#pragma once

#include "server/core/bounds.h"
#include "server/core/landscape/plane.h"
#include "server/core/vector.h"

/// Where a run went, as far as its trace tells: c leading coordinates of p iterates, by columns
/// (c x p). Coordinates that are not traced are taken not to move.
namespace thalweg::landscape {

/// Up to so many coordinates or iterates a path may have beside any number of the other: its plane
/// takes the eigenvectors of a matrix of so many rows.
inline constexpr Index kMostPathRows = 256;

/// The iterates that a picture should show: those that are finite and do not lie ten times further
/// from the start than `point` does, or the box reaches. So a run that diverges does not make
/// all else a dot. `point` and `box` are of size n; the box may be empty.
Matrix NearPart(const Matrix& path, const Vector& point, const Bounds& box);

/// The plane through `point` (of size n) from which the path strays least: its first two principal
/// directions, as Li et al. (2018), "Visualizing the Loss Landscape of Neural Nets", section 7. A
/// path that stays on a line, or at a point, gets other directions across. For n = 1 a line. Takes
/// memory for c + p numbers a few times, and min(c, p)^2, which must be at most kMostPathRows^2.
Plane PathPlane(const Matrix& path, Vector point);

}  // namespace thalweg::landscape
