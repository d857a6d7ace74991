#pragma once

namespace thalweg::expression {

/// A scalar kernel (one of the two) and the same function in lanes.
struct LaneRow {
  double (*scalar1)(double);
  double (*scalar2)(double, double);
  const void* kernel;  ///< Null in the row that ends a table.
};

const LaneRow* EightLanesTable();
const void* EightLanesSinCos();

}  // namespace thalweg::expression
