#pragma once

#include <Eigen/Core>

namespace thalweg {

using Vector = Eigen::VectorXd;  ///< A point, gradient or direction: n coordinates.
using Matrix = Eigen::MatrixXd;  ///< By columns: points, or rows of a Jacobian.
using Index = Eigen::Index;      ///< Positions and sizes, signed as in Eigen.

}  // namespace thalweg
