#include "client/cpp/iterates_view.h"

namespace thalweg::client {

bool IsWellFormed(const v1::IterateBatch& batch) {
  const int64_t rows = batch.iteration_size();
  for (const int64_t entries :
       {int64_t{batch.value_size()}, int64_t{batch.best_value_size()},
        int64_t{batch.gradient_norm_size()}, int64_t{batch.gradient_max_size()},
        int64_t{batch.step_norm_size()}, int64_t{batch.learning_rate_size()},
        int64_t{batch.value_evaluations_size()}, int64_t{batch.gradient_evaluations_size()},
        int64_t{batch.flags_size()}}) {
    if (entries != rows) return false;
  }
  for (const int entries :
       {batch.hessian_products_size(), batch.trials_size(), batch.violation_size(),
        batch.epoch_size(), batch.training_value_size(), batch.validation_value_size()}) {
    if (entries != 0 && entries != rows) return false;
  }
  const int64_t norms = batch.variable_gradient_norm_size();
  if (norms != 0 && (rows == 0 || norms % rows != 0 || norms / rows != batch.variables())) {
    return false;
  }
  // Compared by division: a product of two numbers from the wire may overflow.
  const int64_t numbers = batch.x_size();
  const int64_t coordinates = batch.coordinates();
  if (rows == 0 || coordinates == 0) return coordinates >= 0 && numbers == 0;
  return coordinates > 0 && numbers % rows == 0 && numbers / rows == coordinates;
}

}  // namespace thalweg::client
