#include "server/core/optimizers/gradient_descent.h"

#include "server/core/entry_of.h"

namespace thalweg {

OptimizerEntry GradientDescentEntry() {
  return EntryOf<Optimizer, GradientDescent>(
      {.name = "gradient_descent",
       .title = "Gradient descent",
       .summary = "A step against the gradient, as long as the learning rate says.",
       .formula = "x -= learning_rate * g",
       .source = "Cauchy (1847)",
       .advice = "The plainest method, and the one to learn from: one rate, no memory. "
                 "Needs a rate below 2 / curvature, and crawls where curvatures differ "
                 "much; lbfgs or adam do better there.",
       .example = "thalweg minimize '(x-2.5)**2-1' --start x=0 --optimizer "
                  "gradient_descent --set learning_rate=0.1"});
}

}  // namespace thalweg
