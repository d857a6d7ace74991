#pragma once

#include "server/core/vector.h"

namespace thalweg {

/// Products of the last k <= m pairs of steps s and changes of the gradient y. Columns are a ring:
/// the pair `age` steps old lies in column (newest - age) mod m, the newest in `newest`.
struct PairProducts {
  const Matrix& sy;  ///< m x m: s_i'y_j where i is not younger than j
  const Matrix& yy;  ///< m x m: y_i'y_j
  Index pairs;       ///< k, in columns 0 ... k - 1
  Index newest;

  Index Column(Index age) const { return (newest - age + sy.rows()) % sy.rows(); }
};

/// The two-loop recursion of L-BFGS (Nocedal & Wright (2006), algorithm 7.4) on coefficients:
/// -H*g = -scale*g + S*of_s + Y*of_y, where H before the pairs is scale times the unit matrix, from
/// sg = S'g and yg = Y'g. All have k coordinates or more.
void TwoLoops(const PairProducts& products, double scale, const Vector& sg, const Vector& yg,
              Vector& of_s, Vector& of_y);

}  // namespace thalweg
