#pragma once

#include "server/core/bounds.h"
#include "server/core/vector.h"

namespace thalweg {

/// Brings every coordinate of every column inside the bounds by reflecting it at them, as often as
/// it takes; so the whole space is folded onto the box, and a function of the box becomes a
/// continuous one of the space.
void FoldInside(const Bounds& bounds, Matrix& points);

}  // namespace thalweg
