#pragma once

#include <Eigen/Core>

namespace thalweg {

using Vector = Eigen::VectorXd;  ///< A point, gradient or direction: n coordinates.
using Index = Eigen::Index;      ///< Positions and sizes, signed as in Eigen.

}  // namespace thalweg
