#pragma once

#include <span>

#include "server/core/data/table.h"

namespace thalweg::data {

/// What the cells of a column are like; `column` has its type and categories. Mean and deviation by
/// two passes with compensated sums; quartiles as NumPy's and R's usual ones (type 7 of Hyndman and
/// Fan, 1996). Of a category, only what is missing and how often each occurs. Works in a copy of
/// the cells.
ColumnStatistics Describe(const ColumnInfo& column, std::span<const double> cells);

}  // namespace thalweg::data
