#include "server/core/optimizers/gradient_descent.h"

#include "server/core/entry_of.h"

namespace thalweg {

OptimizerEntry GradientDescentEntry() {
  return EntryOf<Optimizer, GradientDescent>(
      {.name = "gradient_descent",
       .title = "Gradient descent",
       .summary = "A step against the gradient, as long as the learning rate says.",
       .formula = "x -= learning_rate * g",
       .source = "Cauchy (1847)"});
}

}  // namespace thalweg
