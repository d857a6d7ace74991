#include "server/core/optimizers/lagrangian.h"

namespace thalweg {

void LagrangianGradient(const Constraints& constraints, const Vector& values,
                        const Vector& gradient, const Matrix& slopes, const Vector& multipliers,
                        Vector& result) {
  result = gradient;
  for (Index j = 0; j < multipliers.size(); ++j) {
    const double multiplier = multipliers[j];
    const double gap =
        multiplier > 0 ? values[j] - constraints.lower()[j] : constraints.upper()[j] - values[j];
    if (multiplier == 0 || gap > constraints.tolerance()) continue;
    result -= multiplier * slopes.col(j);
  }
}

}  // namespace thalweg
