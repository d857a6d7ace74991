#include "server/rpc/translate/iterates.h"

#include <algorithm>

namespace thalweg::rpc {
namespace {

template <typename Column, typename Field>
void Copy(const Column& column, Field* field) {
  field->Clear();
  field->Add(column.begin(), column.end());
}

template <typename Column, typename Field>
void CopyUnlessZero(const Column& column, Field* field) {
  if (std::all_of(column.begin(), column.end(), [](auto entry) { return entry == 0; })) {
    field->Clear();
  } else {
    Copy(column, field);
  }
}

}  // namespace

void ToWire(const runs::IterateBlock& block, v1::IterateBatch& wire) {
  Copy(block.iteration, wire.mutable_iteration());
  Copy(block.value, wire.mutable_value());
  Copy(block.best_value, wire.mutable_best_value());
  Copy(block.gradient_norm, wire.mutable_gradient_norm());
  Copy(block.gradient_max, wire.mutable_gradient_max());
  Copy(block.step_norm, wire.mutable_step_norm());
  Copy(block.learning_rate, wire.mutable_learning_rate());
  Copy(block.value_evaluations, wire.mutable_value_evaluations());
  Copy(block.gradient_evaluations, wire.mutable_gradient_evaluations());
  CopyUnlessZero(block.hessian_products, wire.mutable_hessian_products());
  CopyUnlessZero(block.trials, wire.mutable_trials());
  CopyUnlessZero(block.violation, wire.mutable_violation());
  CopyUnlessZero(block.epoch, wire.mutable_epoch());
  Copy(block.training_value, wire.mutable_training_value());
  Copy(block.validation_value, wire.mutable_validation_value());
  Copy(block.variable_gradient_norm, wire.mutable_variable_gradient_norm());
  wire.set_variables(block.variables);
  Copy(block.flags, wire.mutable_flags());
  Copy(block.x, wire.mutable_x());
  wire.set_coordinates(block.coordinates);
  wire.set_elapsed_seconds(block.elapsed_seconds);
}

}  // namespace thalweg::rpc
