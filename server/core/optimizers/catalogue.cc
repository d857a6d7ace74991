#include "server/core/optimizers/adadelta.h"
#include "server/core/optimizers/adagrad.h"
#include "server/core/optimizers/adam.h"
#include "server/core/optimizers/adamax.h"
#include "server/core/optimizers/gradient_descent.h"
#include "server/core/optimizers/momentum.h"
#include "server/core/optimizers/nadam.h"
#include "server/core/optimizers/nesterov.h"
#include "server/core/optimizers/rmsprop.h"

namespace thalweg {

std::span<const OptimizerEntry> Optimizers() {
  static const std::vector<OptimizerEntry> entries{
      GradientDescentEntry(), MomentumEntry(), NesterovEntry(), AdagradEntry(),
      AdadeltaEntry(),        RmsPropEntry(),  AdamEntry(),     AdamWEntry(),
      AdamaxEntry(),          AmsGradEntry(),  NadamEntry(),
  };
  return entries;
}

}  // namespace thalweg
