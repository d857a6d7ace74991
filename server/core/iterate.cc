#include "server/core/iterate.h"

#include "server/core/state.h"

namespace thalweg {

void Remember(State& state, Iterate& at) {
  uint64_t flags = at.flags;
  state.Keep("iteration", at.iteration);
  state.Keep("x", at.x);
  state.Keep("value", at.value);
  state.Keep("gradient", at.gradient);
  state.Keep("step_norm", at.step_norm);
  state.Keep("learning_rate", at.learning_rate);
  state.Keep("violation", at.violation);
  state.Keep("trials", at.trials);
  state.Keep("values", at.evaluations.values);
  state.Keep("gradients", at.evaluations.gradients);
  state.Keep("hessian_products", at.evaluations.hessian_products);
  state.Keep("constraints", at.evaluations.constraints);
  state.Keep("flags", flags);
  at.flags = static_cast<uint32_t>(flags);
}

}  // namespace thalweg
