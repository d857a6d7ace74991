#pragma once

#include "server/core/vector.h"

namespace thalweg::models {

/// out[i * stride] = offset + sum_j rows[i, j] * w[j], for `count` rows of d numbers, row after
/// row. A row's bits do not depend on its neighbours: eight lanes, the same order for all.
void Dots(const double* rows, Index count, Index d, const double* w, double offset, double* out,
          Index stride);

/// sum[j] += sum_i slopes[i * stride] * rows[i, j], row after row.
void AddRows(const double* rows, Index count, Index d, const double* slopes, Index stride,
             double* sum);

}  // namespace thalweg::models
